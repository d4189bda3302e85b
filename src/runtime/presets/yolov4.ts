import type { ValueSpec } from '#core/card.js';
import { yolov4Raw } from './anchor-grid.js';
import { stridesOf } from './dense.js';
import { type ModelFacts, shapeOf } from './facts.js';
import { type Preset, type Reading, STRETCH_RGB } from './preset.js';

const ANCHORS_PER_CELL = 3;

/** The N of boxes `[1, N, 1, 4]`, or `[1, N, 4]` with three for each cell. */
function boxCount(output: ValueSpec, facts: ModelFacts): number | undefined {
  const [count, single, four] = shapeOf(output, 3) ?? [];
  if (single === 1 && four === 4) return count;
  const [rows, columns] = shapeOf(output, 2) ?? [];
  return columns === 4 && stridesOf(facts, rows!, ANCHORS_PER_CELL) ? rows : undefined;
}

/** Tianxiaomo/pytorch-YOLOv4: `boxes` as corners in fractions, and `confs` `[1, N, C]`. */
function readCorners(facts: ModelFacts): Reading | undefined {
  const { outputs } = facts;
  if (outputs.length !== 2) return undefined;
  for (const [boxes, scores] of [outputs, outputs.toReversed()] as [ValueSpec, ValueSpec][]) {
    const count = boxCount(boxes, facts);
    const [rows, classes] = shapeOf(scores, 2) ?? [];
    if (count === undefined || rows !== count || classes === undefined) continue;
    return { feeding: STRETCH_RGB, decoder: { kind: 'corners', boxes: boxes.name, scores: scores.name }, classes };
  }
  return undefined;
}

/** Raw heads, or boxes that the graph has decoded. */
export const yolov4: Preset = {
  ...yolov4Raw,
  expects: `${yolov4Raw.expects}, or boxes [1, N, 1, 4] and scores [1, N, C]`,
  read: (facts) => readCorners(facts) ?? yolov4Raw.read(facts),
};
