import { int } from '#onnx/attribute.js';
import { codeOfDataType } from '#onnx/data-type.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';
import { network } from './tiny-end-to-end.js';
import { TinyModel } from './tiny-models.js';

// Ultralytics' `export(format="onnx", nms=True)`, and RT-DETR, whose rows can have the same shape.

export interface SuppressedOptions {
  readonly width: number;
  readonly height: number;
  readonly conf?: number;
  readonly iou?: number;
  /** Rows of the output, zeros behind what was found. */
  readonly maxDet?: number;
  /** No row of zeros and no batch dimension: [N, 6]. */
  readonly bare?: boolean;
}

/** What `NMSModel` wraps: [1, 4+C, N], corners in px because the head is told `xyxy`. */
function prediction(model: TinyModel, classes: number, { width, height }: SuppressedOptions): string {
  const { boxes, scores } = network(model, classes);
  const size = model.constant(float32Tensor([width, height, width, height]));
  const rows = model.add('Concat', [model.add('Mul', [boxes, size]), scores], { axis: int(2) });
  return model.transpose(rows, [0, 2, 1]);
}

function inputOf({ width, height }: SuppressedOptions) {
  return { dims: [1, 3, height, width] };
}

/** The same network without its suppression. */
export function unsuppressed(classes: number, options: SuppressedOptions): TinyModel {
  const model = new TinyModel(inputOf(options));
  return model.output(prediction(model, classes, options));
}

/** Ultralytics `NMSModel.forward`, operator by operator: mask, offset by class, torchvision's `nms`, zero padding. */
export function suppressed(classes: number, options: SuppressedOptions): TinyModel {
  const { width, height, conf = 0.25, iou = 0.7, maxDet = 300, bare = false } = options;
  const model = new TinyModel(inputOf(options));
  const whole = (...values: number[]) => model.constant(int64Tensor(values));
  const number = (value: number) => model.constant(float32Tensor([value], []));
  const zero = model.constant(int64Tensor([0], []));
  const slice = (value: string, axis: number, from: number, to: number) =>
    model.add('Slice', [value, whole(from), whole(to), whole(axis)]);
  const unsqueeze = (value: string, axis: number) => model.add('Unsqueeze', [value, whole(axis)]);

  const rows = model.transpose(prediction(model, classes, options), [0, 2, 1]);
  const all = slice(rows, 2, 4, 4 + classes);
  const [scores, ids] = [
    model.add('ReduceMax', [all, whole(2)], { keepdims: int(0) }),
    model.add('ArgMax', [all], { axis: int(2), keepdims: int(0) }),
  ];
  const first = [slice(rows, 2, 0, 4), scores, ids].map((value) =>
    model.add('Gather', [value, zero], { axis: int(0) }),
  );
  const mask = model.add('Greater', [first[1]!, number(conf)]);
  const places = model.transpose(model.add('NonZero', [mask]), [1, 0]);
  const [box, score, id] = first.map((value) => model.add('GatherND', [value, places])) as [string, string, string];
  const asFloat = model.add('Cast', [id], { to: int(codeOfDataType('float32')) });
  const small = model.add('Div', [box, number(Math.max(width, height))]);
  const apart = model.add('Add', [
    model.add('Mul', [small, number(1 / classes)]),
    model.add('Mul', [unsqueeze(asFloat, 1), number(1 / classes)]),
  ]);
  const selected = model.add('NonMaxSuppression', [
    unsqueeze(apart, 0),
    unsqueeze(unsqueeze(score, 0), 0),
    whole(2 ** 31),
    model.constant(float32Tensor([iou])),
  ]);
  const column = model.add('Gather', [selected, whole(2)], { axis: int(1) });
  const keep = slice(model.add('Squeeze', [column, whole(1)]), 0, 0, maxDet);
  const kept = [box, unsqueeze(score, 1), unsqueeze(asFloat, 1)].map((value) =>
    model.add('Gather', [value, keep], { axis: int(0) }),
  );
  const found = model.add('Concat', kept, { axis: int(1) });
  if (bare) return model.output(model.named(found, 'output0'));
  const count = slice(model.add('Shape', [found]), 0, 0, 1);
  const missing = model.add('Sub', [whole(maxDet), count]);
  const pads = model.add('Concat', [whole(0, 0), missing, whole(0)], { axis: int(0) });
  const padded = unsqueeze(model.add('Pad', [found, pads]), 0);
  const out = model.constant(float32Tensor(new Float32Array(maxDet * 6), [1, maxDet, 6]));
  const filled = model.add('ScatterND', [out, model.constant(int64Tensor([0], [1, 1])), padded]);
  return model.output(model.named(filled, 'output0'), [1, maxDet, 6]);
}

/** Ultralytics `RTDETRDecoder.forward` with `export`: [1, N, 4+C], centre and size in 0..1 and class scores. */
export function rtDetr(classes: number, queries = 300): TinyModel {
  const model = new TinyModel({ dims: [1, 3, 160, 160] });
  const rows = model.add('Sigmoid', [model.rows(4 + classes, [8, 16, 32])]);
  const order = model.constant(int64Tensor(Array.from({ length: queries }, (_, at) => at)));
  return model.output(model.named(model.add('Gather', [rows, order], { axis: int(1) }), 'output0'));
}
