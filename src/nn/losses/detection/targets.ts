/**
 * Letters: N pictures, A anchors per cell, H W cells, C classes, L landmarks, D = 5 + C + 2 L values per anchor,
 * M rows: most positives that a step may hold for one head.
 */
import type { Value } from '#onnx/builder.js';
import type { TargetSpec } from '../loss.js';
import type { DetectionHead, DetectionLossOptions } from './options.js';

/** The targets of one head inside the graph; see {@link detectionLoss} for what each holds. */
export interface HeadTargets {
  readonly cells: Value;
  readonly valid: Value;
  readonly boxes: Value;
  readonly objectnessWeights: Value;
  readonly classes?: Value;
  readonly classWeights?: Value;
  readonly landmarks?: Value;
  readonly landmarkWeights?: Value;
}

/** The targets of one head, each called `<output>/<name>`. */
export function headTargets(
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

/** Every name with `prefix/` in front. */
export function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** The entries under `prefix/`, without it. */
export function own<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(start) ? [[name.slice(start.length), value]] : [],
    ),
  );
}
