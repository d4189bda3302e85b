/**
 * The loss of a detector with anchor-box heads (YOLOv2 to v7). Targets are dense tensors of fixed shape that the
 * trainer assigns outside the graph.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { boxMeasure } from './box-iou.js';
import { objectnessLogits, objectnessTargets } from './detection/objectness.js';
import { type DetectionHead, type DetectionLossOptions, rowLength } from './detection/options.js';
import { anchorsOf, decodeBoxes, gatherRows, splitRows } from './detection/rows.js';
import { type HeadTargets, headTargets, own, prefixed } from './detection/targets.js';
import { bceWithLogits, focalLoss, smoothL1, softmaxCrossEntropy, weightedMean, wingLoss } from './elementary.js';
import type { Loss, LossValues } from './loss.js';

export type { DetectionHead, DetectionLossOptions } from './detection/options.js';

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
