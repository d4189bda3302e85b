/**
 * The loss of a detector with anchor-box heads (YOLOv2 to v7). Targets are dense tensors of fixed shape that the
 * trainer assigns outside the graph.
 *
 * Letters: N pictures, A anchors per cell, H W cells, C classes, L landmarks, D = 5 + C + 2 L values per anchor,
 * M rows: most positives that a step may hold for one head.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { type BoxMeasure, boxMeasure } from './box-iou.js';
import { bceWithLogits, focalLoss, smoothL1, softmaxCrossEntropy, weightedMean, wingLoss } from './elementary.js';
import type { Loss, LossValues, TargetSpec } from './loss.js';

/** One head: the network's output `[N, A D, H, W]`, channel a D + d; d is x, y, w, h, objectness, classes, landmark x y pairs. */
export interface DetectionHead {
  readonly output: string;
  /** Width and height of each anchor in grid cells (input px over stride). */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /** M: rows of the head's positive targets. */
  readonly positives: number;
  /** Factor on the head's objectness loss; YOLOv5 uses 4, 1, 0.4 for strides 8, 16, 32. */
  readonly balance: number;
}

export interface DetectionLossOptions {
  readonly heads: readonly DetectionHead[];
  /** C; 0 for a single class that objectness tells alone. */
  readonly classes: number;
  /** L; default 0. */
  readonly landmarks?: number;
  /** Default `ciou`. */
  readonly measure?: BoxMeasure;
  /** Default `bce`: classes do not exclude each other. */
  readonly classLoss?: 'bce' | 'softmax';
  /** Focal weighting of objectness and class BCE; 0 (the default) for none. */
  readonly focalGamma?: number;
  /** Objectness target of a positive: (1 - r) + r IoU. Default r = 1, as in YOLOv5. */
  readonly iouRatio?: number;
  /** Weights of the parts. */
  readonly gains: {
    readonly box: number;
    readonly objectness: number;
    readonly classes: number;
    readonly landmarks?: number;
  };
  /** Of the landmark distances, measured in grid cells. Default `smooth-l1`. */
  readonly landmarkLoss?: 'smooth-l1' | 'wing';
}

interface HeadTargets {
  readonly cells: Value;
  readonly valid: Value;
  readonly boxes: Value;
  readonly objectnessWeights: Value;
  readonly classes?: Value;
  readonly classWeights?: Value;
  readonly landmarks?: Value;
  readonly landmarkWeights?: Value;
}

const rowLength = ({ classes, landmarks = 0 }: DetectionLossOptions) => 5 + classes + 2 * landmarks;

/** The raw values `[M, D]` of the rows: element d of row m lies d H W behind its first, in `[N, A, D, H, W]`. */
function gatherRows(g: GraphBuilder, map: Value, cells: Value, length: number): Value {
  const [, , height, width] = map.dims as [number, number, number, number];
  const area = g.constant({ type: 'int32', dims: [1], data: new Uint8Array(Int32Array.of(height * width).buffer) });
  const picture = g.op.Div(cells, area);
  const within = g.op.Sub(cells, g.op.Mul(picture, area));
  const first = g.op.Add(g.op.Mul(g.op.Mul(picture, area), int32(g, [length])), within);
  const steps = int32(
    g,
    Array.from({ length }, (_, index) => index * height * width),
  );
  const positions = g.op.Add(g.reshape(first, [-1, 1]), steps);
  return g.op.Gather(g.reshape(map, [-1]), positions);
}

function int32(g: GraphBuilder, values: readonly number[]): Value {
  return g.constant({ type: 'int32', dims: [values.length], data: new Uint8Array(Int32Array.from(values).buffer) });
}

/** Anchor of each row, `[M, 2]`. */
function anchorsOf(g: GraphBuilder, head: DetectionHead, map: Value, cells: Value): Value {
  const [, , height, width] = map.dims as [number, number, number, number];
  const count = head.anchors.length;
  const anchor = g.op.Mod(g.op.Div(cells, int32(g, [height * width])), int32(g, [count]));
  return g.op.Gather(g.floats(head.anchors.flat(), [count, 2]), anchor);
}

/** Centre 2 s - 0.5 from the cell's corner and size (2 s)^2 anchors, s the sigmoid (YOLOv5, v7), in grid cells. */
function decodeBoxes(g: GraphBuilder, raw: Value, anchors: Value): Value {
  const doubled = g.op.Mul(g.op.Sigmoid(raw), g.scalar(2));
  const [centre, size] = g.split(doubled, [2, 2], 1) as [Value, Value];
  const box = [g.op.Sub(centre, g.scalar(0.5)), g.op.Mul(g.op.Mul(size, size), anchors)] as const;
  return g.op.Concat(...box, { axis: 1 });
}

/** Objectness targets `[N A H W]`: at each positive (1 - r) + r IoU, the best where rows share a cell, elsewhere 0. */
function objectnessTargets(
  g: GraphBuilder,
  iou: Value,
  { cells, valid }: HeadTargets,
  shape: { count: number; ratio: number },
): Value {
  return g.untaped(() => {
    const clamped = g.op.Relu(g.reshape(iou, [-1]));
    const share = g.op.Add(g.op.Mul(clamped, g.scalar(shape.ratio)), g.scalar(1 - shape.ratio));
    const zeros = g.op.Expand(g.scalar(0), g.ints([shape.count]));
    return g.op.ScatterElements(zeros, cells, g.op.Mul(share, valid), { axis: 0, reduction: 'max' });
  });
}

/** Objectness logits `[N A H W]`: value 4 of every anchor. */
function objectnessLogits(g: GraphBuilder, map: Value, head: DetectionHead, length: number): Value {
  const [n, , height, width] = map.dims as [number, number, number, number];
  const maps = g.reshape(map, [n, head.anchors.length, length, height * width]);
  return g.reshape(g.op.Slice(maps, g.ints([4]), g.ints([5]), g.ints([2])), [-1]);
}

function elementLoss(g: GraphBuilder, logits: Value, targets: Value, gamma: number): Value {
  return gamma > 0 ? focalLoss(g, logits, targets, { gamma }) : bceWithLogits(g, logits, targets);
}

/** The parts of one head, each one number, not yet weighed. */
function headLoss(
  g: GraphBuilder,
  head: DetectionHead,
  map: Value,
  targets: HeadTargets,
  options: DetectionLossOptions,
) {
  const { classes, landmarks = 0, measure = 'ciou', focalGamma = 0, iouRatio = 1 } = options;
  const length = rowLength(options);
  const rows = gatherRows(g, map, targets.cells, length);
  const anchors = anchorsOf(g, head, map, targets.cells);
  const sizes = [4, 1, classes, 2 * landmarks];
  const [rawBox, , rawClasses, rawLandmarks] = splitRows(g, rows, sizes);
  const overlap = boxMeasure(g, decodeBoxes(g, rawBox!, anchors), targets.boxes, measure);
  const valid = g.reshape(targets.valid, [-1, 1]);
  const logits = objectnessLogits(g, map, head, length);
  const goal = objectnessTargets(g, overlap, targets, { count: logits.dims[0]!, ratio: iouRatio });
  const objectness = g.op.Mul(elementLoss(g, logits, goal, focalGamma), targets.objectnessWeights);
  return {
    box: weightedMean(g, g.op.Sub(g.scalar(1), overlap), valid),
    objectness: g.op.Mul(g.op.ReduceMean(objectness, undefined, { keepdims: 0 }), g.scalar(head.balance)),
    classes: rawClasses && classLoss(g, rawClasses, targets, options),
    landmarks: rawLandmarks && landmarkLoss(g, rawLandmarks, anchors, targets, options),
  };
}

/** Splits rows `[M, D]`; undefined for parts of no width. */
function splitRows(g: GraphBuilder, rows: Value, sizes: readonly number[]): readonly (Value | undefined)[] {
  const parts = [
    ...g.split(
      rows,
      sizes.filter((size) => size > 0),
      1,
    ),
  ];
  return sizes.map((size) => (size > 0 ? parts.shift() : undefined));
}

function classLoss(g: GraphBuilder, logits: Value, targets: HeadTargets, options: DetectionLossOptions): Value {
  const { classes, classWeights } = targets as Required<HeadTargets>;
  if (options.classLoss === 'softmax') return weightedMean(g, softmaxCrossEntropy(g, logits, classes), targets.valid);
  return weightedMean(g, elementLoss(g, logits, classes, options.focalGamma ?? 0), classWeights);
}

/** Landmarks are predicted in anchor sizes from the cell's corner, and compared in grid cells. */
function landmarkLoss(
  g: GraphBuilder,
  raw: Value,
  anchors: Value,
  targets: HeadTargets,
  options: DetectionLossOptions,
): Value {
  const { landmarks, landmarkWeights } = targets as Required<HeadTargets>;
  const predicted = g.op.Mul(raw, g.op.Tile(anchors, g.ints([1, options.landmarks!])));
  const distance =
    options.landmarkLoss === 'wing' ? wingLoss(g, predicted, landmarks) : smoothL1(g, predicted, landmarks);
  return weightedMean(g, distance, landmarkWeights);
}

/** The targets of one head, each called `<output>/<name>`. */
function headTargets(
  head: DetectionHead,
  dims: readonly number[],
  options: DetectionLossOptions,
): Record<string, TargetSpec> {
  const { classes, landmarks = 0 } = options;
  const rows = head.positives;
  const cells = dims[0]! * head.anchors.length * dims[2]! * dims[3]!;
  return {
    cells: { dims: [rows], type: 'int32' },
    valid: { dims: [rows] },
    boxes: { dims: [rows, 4] },
    objectnessWeights: { dims: [cells] },
    ...(classes > 0 && { classes: { dims: [rows, classes] } }),
    ...(classes > 0 && options.classLoss !== 'softmax' && { classWeights: { dims: [rows, classes] } }),
    ...(landmarks > 0 && {
      landmarks: { dims: [rows, 2 * landmarks] },
      landmarkWeights: { dims: [rows, 2 * landmarks] },
    }),
  };
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]));
}

function own<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(start) ? [[name.slice(start.length), value]] : [],
    ),
  );
}

/**
 * Box, objectness, class and landmark loss over all heads, times N (as YOLOv5 does, so that recipes carry over).
 *
 * Targets to feed, for each head under `<output>/`:
 * - `cells` int32 `[M]`: where each positive lies, ((n A + a) H + y) W + x; unused rows 0;
 * - `valid` `[M]`: 1 for a positive, 0 for an unused row (a weight in between counts in part);
 * - `boxes` `[M, 4]`: centre x - cell x, centre y - cell y, width, height, all in grid cells; unused rows 0, 0, 1, 1;
 * - `objectnessWeights` `[N A H W]`: 1, or 0 for anchors that are neither positive nor negative;
 * - `classes` `[M, C]`: probabilities, one-hot or smoothed; and, for `bce`, `classWeights` `[M, C]`: 0 for unused rows and for
 *   classes that the picture was not labelled for, else 1;
 * - `landmarks` `[M, 2 L]`: x - cell x, y - cell y of each, in grid cells; `landmarkWeights` of the same shape, 0 for unused rows
 *   and for points that are not visible.
 */
export function detectionLoss(options: DetectionLossOptions): Loss {
  const { heads, gains } = options;
  return {
    targets: (outputs) =>
      Object.assign(
        {},
        ...heads.map((head) => prefixed(head.output, headTargets(head, outputs[head.output]!, options))),
      ),
    build: (g, outputs, targets) => {
      const each = heads.map((head) =>
        g.scope(`loss/${head.output}`, () =>
          headLoss(g, head, outputs[head.output]!, own(head.output, targets) as unknown as HeadTargets, options),
        ),
      );
      return summed(g, each, { gains, pictures: outputs[heads[0]!.output]!.dims[0]! });
    },
  };
}

type HeadParts = Readonly<Record<keyof DetectionLossOptions['gains'], Value | undefined>>;

function summed(
  g: GraphBuilder,
  each: readonly HeadParts[],
  { gains, pictures }: { gains: DetectionLossOptions['gains']; pictures: number },
): LossValues {
  const parts: Record<string, Value> = {};
  for (const name of ['box', 'objectness', 'classes', 'landmarks'] as const) {
    const values = each.flatMap((part) => part[name] ?? []);
    if (values.length === 0) continue;
    const sum = values.reduce((a, b) => g.op.Add(a, b));
    parts[name] = g.op.Mul(sum, g.scalar(gains[name] ?? 0));
  }
  const sum = Object.values(parts).reduce((a, b) => g.op.Add(a, b));
  return { total: g.op.Mul(sum, g.scalar(pictures)), parts };
}
