/**
 * Letters: N pictures, A anchors per cell, H W cells, C classes, L landmarks, D = 5 + C + 2 L values per anchor,
 * M rows: most positives that a step may hold for one head.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { DetectionHead } from './options.js';
import type { HeadTargets } from './targets.js';

/** Objectness targets `[N A H W]`: at each positive (1 - r) + r IoU, the best where rows share a cell, elsewhere 0. */
export function objectnessTargets(
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
export function objectnessLogits(g: GraphBuilder, map: Value, head: DetectionHead, length: number): Value {
  const [n, , height, width] = map.dims as [number, number, number, number];
  const maps = g.reshape(map, [n, head.anchors.length, length, height * width]);
  return g.reshape(g.op.Slice(maps, g.ints([4]), g.ints([5]), g.ints([2])), [-1]);
}
