import { type Attribute, float, int } from '#onnx/attribute.js';
import { codeOfDataType } from '#onnx/data-type.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';
import { type TinyInput, TinyModel } from './tiny-models.js';

// Networks that decode their boxes, and some that suppress them, as their repositories export them.

const STRIDES = [8, 16, 32];

/** The picture's network: boxes [N, cells, 4] as corners, in fractions of the input, and scores [N, cells, C]. */
export function network(model: TinyModel, classes: number, perCell = 1) {
  const rows = (count: number) => {
    const all = model.reshape(model.rows(perCell * count, STRIDES), [0, -1, count]);
    return model.add('Sigmoid', [all]);
  };
  const half = model.add('Mul', [rows(2), model.constant(float32Tensor([0.2], []))]);
  const centre = rows(2);
  const corners = ['Sub', 'Add'].map((op) => model.add(op, [centre, half]));
  return { boxes: model.add('Concat', corners, { axis: int(2) }), scores: rows(classes) };
}

/** Tianxiaomo/pytorch-YOLOv4: boxes [B, N, 1, 4] and confs [B, N, C], three anchors per cell. */
export function pytorchYolov4(classes: number, input: TinyInput, names = ['boxes', 'confs']): TinyModel {
  const model = new TinyModel(input);
  const { boxes, scores } = network(model, classes, 3);
  model.output(model.named(model.reshape(boxes, [0, -1, 1, 4]), names[0]!), ['batch', 'n', 1, 4]);
  return model.output(model.named(scores, names[1]!), ['batch', 'n', classes]);
}

interface Best {
  /** Corners in px, [1, N, 4]. */
  readonly boxes: string;
  /** [1, N, 1] */
  readonly scores: string;
  /** int64 [1, N, 1] */
  readonly classes: string;
}

function best(model: TinyModel, classes: number, [width, height]: readonly [number, number]): Best {
  const { boxes, scores } = network(model, classes);
  const size = model.constant(float32Tensor([width, height, width, height]));
  return {
    boxes: model.add('Mul', [boxes, size]),
    scores: model.add('ReduceMax', [scores, model.constant(int64Tensor([2]))]),
    classes: model.add('ArgMax', [scores], { axis: int(2) }),
  };
}

/** WongKinYiu/yolov7 `export.py --end2end --max-wh`: [N, 7], whatever is found. */
export function yolov7Numbered(classes: number, width: number, height: number, least = 0.6): TinyModel {
  const model = new TinyModel({ dims: [1, 3, height, width] });
  const found = best(model, classes, [width, height]);
  const asFloat = (value: string) => model.add('Cast', [value], { to: int(codeOfDataType('float32')) });
  const number = (value: number) => model.constant(float32Tensor([value]));
  const apart = model.add('Mul', [asFloat(found.classes), number(Math.max(width, height))]);
  const selected = model.add('NonMaxSuppression', [
    model.add('Add', [found.boxes, apart]),
    model.transpose(found.scores, [0, 2, 1]),
    model.constant(int64Tensor([100])),
    number(0.45),
    number(least),
  ]);
  const columnOf = (at: number) => model.add('Gather', [selected, model.constant(int64Tensor([at]))], { axis: int(1) });
  const place = model.add('Concat', [columnOf(0), columnOf(2)], { axis: int(1) });
  const taken = [found.boxes, asFloat(found.classes), found.scores].map((value) =>
    model.add('GatherND', [value, place]),
  );
  return model.output(model.named(model.add('Concat', [asFloat(columnOf(0)), ...taken], { axis: int(1) }), 'output'));
}

/** WongKinYiu/yolov7 `export.py --end2end`, its suppression apart: of `places` the first whose score is above 0.5 count. */
export function yolov7Parts(classes: number, width: number, height: number, places = 40): TinyModel {
  const model = new TinyModel({ dims: ['batch', 3, height, width] });
  const found = best(model, classes, [width, height]);
  const [scores, order] = model.pair('TopK', [found.scores, model.constant(int64Tensor([places]))], { axis: int(1) });
  const take = (value: string, last: number) => {
    const wide = model.add('Expand', [order, model.constant(int64Tensor([1, places, last]))]);
    return model.add('GatherElements', [value, wide], { axis: int(1) });
  };
  const whole = (value: string) => model.add('Cast', [value], { to: int(codeOfDataType('int32')) });
  const counts = model.add('Greater', [scores, model.constant(float32Tensor([0.5], []))]);
  const count = model.add('ReduceSum', [whole(counts), model.constant(int64Tensor([1]))], { keepdims: int(0) });
  const list = (value: string) => model.reshape(value, [0, places]);
  model.output(model.named(count, 'num_dets'), ['1', '1'], 'int32');
  model.output(model.named(take(found.boxes, 4), 'det_boxes'), ['1', String(places), '4']);
  model.output(model.named(list(scores), 'det_scores'), ['1', String(places)]);
  return model.output(model.named(list(whole(take(found.classes, 1))), 'det_classes'), ['1', String(places)], 'int32');
}

export interface TensorRtOptions {
  /** 0: corners, 1: centres; YOLOv7 writes a list. */
  readonly coding: Attribute;
  /** 1: the plugin applies the sigmoid. */
  readonly activation: number;
  readonly perCell: number;
}

/** The same as it is written for TensorRT, whose suppression ONNX Runtime does not have; `plain` gives what it would read. */
export function yolov7TensorRt(
  classes: number,
  { coding, activation, perCell }: TensorRtOptions,
  plain = false,
): TinyModel {
  const model = new TinyModel({ dims: ['batch', 3, 96, 160] });
  const rows = (count: number) => model.reshape(model.rows(perCell * count, STRIDES), [0, -1, count]);
  const size = model.constant(float32Tensor([160, 96, 160, 96]));
  const boxes = model.add('Mul', [model.add('Sigmoid', [rows(4)]), size]);
  const logits = rows(classes);
  const scores = activation === 1 && !plain ? logits : model.add('Sigmoid', [logits]);
  if (plain) return model.output(boxes).output(scores);
  const attributes = { box_coding: coding, score_activation: int(activation), iou_threshold: float(0.45) };
  const outputs = model.foreign('TRT', 'EfficientNMS_TRT', [boxes, scores], attributes, 4);
  const types = ['int32', 'float32', 'float32', 'int32'] as const;
  for (const [at, name] of outputs.entries()) model.output(name, undefined, types[at]);
  return model;
}
