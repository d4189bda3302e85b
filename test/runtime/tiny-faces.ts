import { int } from '#onnx/attribute.js';
import { float32Tensor } from '#onnx/tensor.js';
import { P3_TO_P5, type TinyInput, TinyModel, tiny } from './tiny-models.js';

export interface InsightfaceOptions {
  readonly input?: TinyInput;
  readonly points?: boolean;
  /** Outputs [1, N, K] instead of [N, K]. */
  readonly batched?: boolean;
  readonly strides?: readonly number[];
  /** Per cell. */
  readonly anchors?: number;
  /** The outputs' shapes are declared for square pictures of so many px. */
  readonly traced?: number;
}

/** SCRFD as insightface exports it: scores of all strides after their sigmoid, then distances, then points. */
export function insightface(options: InsightfaceOptions = {}): TinyModel {
  const { input, points = true, batched = false, strides = P3_TO_P5, anchors = 2, traced } = options;
  const model = new TinyModel(input);
  for (const values of points ? [1, 4, 10] : [1, 4]) {
    for (const stride of strides) {
      const raw = model.head(anchors * values, stride);
      // Distances of a trained network are positive.
      const act = { 1: 'Sigmoid', 4: 'Abs', 10: 'Identity' }[values]!;
      const head = model.transpose(model.add(act, [raw]), [0, 2, 3, 1]);
      const shape = batched ? [1, -1, values] : [-1, values];
      const declared = traced === undefined ? shape.map(() => '?') : [anchors * (traced / stride) ** 2, values];
      model.output(model.reshape(head, shape), declared);
    }
  }
  return model;
}

/** Raw maps [N, 64+1+15, H, W] of three strides. */
export function faceMaps(input: TinyInput): TinyModel {
  const model = new TinyModel(input);
  for (const stride of P3_TO_P5) model.output(model.head(80, stride));
  return model;
}

/**
 * Nine outputs, unnamed, without a batch dimension, in insightface's order: scores, boxes, points. Their shapes are declared
 * for pictures of `traced` px, where that is given.
 */
export function scrfd(input: TinyInput, points = true, traced?: number): TinyModel {
  return tiny((model) => {
    for (const values of points ? [1, 4, 10] : [1, 4]) {
      for (const stride of P3_TO_P5) {
        const rows = model.transpose(model.head(2 * values, stride), [0, 2, 3, 1]);
        const declared = traced === undefined ? undefined : [2 * (traced / stride) ** 2, values];
        model.output(model.reshape(rows, [-1, values]), declared);
      }
    }
  }, input);
}

/** Priors of two per cell: boxes, scores, points. */
export function retinaface(): TinyModel {
  return tiny((model) => {
    for (const values of [4, 2, 10]) model.output(model.reshape(model.rows(2 * values, P3_TO_P5), [1, -1, values]));
  });
}

export function ultraface(): TinyModel {
  return tiny((model) => {
    for (const values of [2, 4]) model.output(model.rows(values, P3_TO_P5));
  });
}

/** deepcam-cn/yolov5-face `export.py`, input and output called so: [1, N, 16], boxes and points in px; `classes`: YOLOv5 of 11. */
export function yolov5Face(input?: TinyInput, classes = false): TinyModel {
  return tiny((model) => {
    const rows = (count: number) => model.reshape(model.rows(3 * count, P3_TO_P5), [0, -1, count]);
    const scores = (count: number) => model.add('Sigmoid', [rows(count)]);
    const far = model.constant(float32Tensor([200], []));
    const points = classes ? scores(10) : model.add('Mul', [scores(10), far]);
    const parts = [model.add('Mul', [scores(4), far]), scores(1), points, scores(1)];
    model.output(model.named(model.add('Concat', parts, { axis: int(2) }), 'output'));
  }, input);
}
