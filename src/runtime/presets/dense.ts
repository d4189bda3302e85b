import type { ValueSpec } from '#core/card.js';
import { COCO_LANDMARKS, FACE_LANDMARKS } from '../coco-labels.js';
import { BEFORE_NMS } from '../graph/tensorrt-nms.js';
import { cellsOfAll, type ModelFacts, shapeOf } from './facts.js';
import { areProbabilities, hasUnitObjectness, isDecoded } from './plausible.js';
import { LETTERBOX_114, type Preset, type Reading, shifted } from './preset.js';

// Families whose heads are joined into one output. N rows, C classes, K landmarks of D numbers.

/** Grids of the usual heads: P3 to P5, P2 to P5, P3 to P6, and the two heads of tiny variants. */
const STRIDE_SETS = [
  [8, 16, 32],
  [4, 8, 16, 32],
  [8, 16, 32, 64],
];
const TINY_STRIDES = [16, 32];
const ANCHORS_PER_CELL = 3;

export interface Matrix {
  readonly output: ValueSpec;
  readonly rows: number;
  readonly columns: number;
}

/** The outputs that are one matrix each; what TensorRT would have suppressed is of one layout and no other. */
export function matricesOf({ outputs }: ModelFacts): Matrix[] {
  return outputs.flatMap((output) => {
    if (output.name === BEFORE_NMS) return [];
    const [rows, columns] = shapeOf(output, 2) ?? [];
    return rows !== undefined && columns !== undefined ? [{ output, rows, columns }] : [];
  });
}

/** The strides whose grids have so many rows together, `perCell` for each of their cells. */
export function stridesOf(facts: ModelFacts, rows: number, perCell: number): readonly number[] | undefined {
  const sets = perCell > 1 ? [...STRIDE_SETS, TINY_STRIDES] : STRIDE_SETS;
  return sets.find((strides) => cellsOfAll(facts.size, strides) * perCell === rows);
}

/** cx, cy, w, h, objectness, five points x, y, one class: YOLOv5-face, as wide as YOLOv5 of 11 classes. */
const FACE_COLUMNS = 5 + 2 * FACE_LANDMARKS.length + 1;

/** Three rows per cell as wide as a face's. */
export function faceRowsOf(facts: ModelFacts): Matrix | undefined {
  return matricesOf(facts).find(
    ({ rows, columns }) => columns === FACE_COLUMNS && stridesOf(facts, rows, ANCHORS_PER_CELL),
  );
}

/** Whether the numbers of such rows are points: they reach over the picture, where class probabilities stay in 0..1. */
export function hasFacePoints(facts: ModelFacts, { output, columns }: Matrix): boolean {
  const values = facts.values.get(output.name);
  const points = { from: 5, to: columns - 1 };
  return values !== undefined && !areProbabilities({ values, width: columns, inColumns: false }, points);
}

/** Three rows per cell, or one whose objectness says nothing (YOLOv6). */
function areRows(facts: ModelFacts, matrix: Matrix): boolean {
  const { output, rows, columns } = matrix;
  if (columns < 6 || (columns === FACE_COLUMNS && hasFacePoints(facts, matrix))) return false;
  if (stridesOf(facts, rows, ANCHORS_PER_CELL)) return true;
  const values = facts.values.get(output.name);
  const single = values && stridesOf(facts, rows, 1) !== undefined;
  return single === true && hasUnitObjectness({ values, width: columns, inColumns: false });
}

/** Rows decoded in the graph; `single`: how one class is scored. */
export function readRows(facts: ModelFacts, single: 'none' | undefined): Reading | undefined {
  const found = matricesOf(facts).find((matrix) => areRows(facts, matrix));
  if (!found) return undefined;
  const classes = found.columns - 5;
  const unsure = single && classes === 1 ? { classes: single } : {};
  return { feeding: LETTERBOX_114, decoder: { kind: 'rows', output: found.output.name, ...unsure }, classes };
}

export const yolov5: Preset = {
  name: 'yolov5',
  defaultSize: 640,
  stride: 32,
  expects: 'rows [1, N, 5+C] decoded in the graph, N = 3 per cell (1 where objectness is 1 everywhere)',
  read: (facts) => readRows(facts, undefined),
};

/** `[4+C+K*D, N]` or its transpose; N cells, or any rows before a suppression by TensorRT. */
function columnsOf(facts: ModelFacts): { readonly output: string; readonly values: number } | undefined {
  const cut = facts.outputs.find(({ name }) => name === BEFORE_NMS);
  if (cut) return { output: cut.name, values: cut.dims.at(-1)! };
  for (const { output, rows, columns } of matricesOf(facts)) {
    const isTiny = columns === cellsOfAll(facts.size, TINY_STRIDES);
    if (rows >= 5 && (isTiny || stridesOf(facts, columns, 1))) return { output: output.name, values: rows };
    if (columns >= 5 && stridesOf(facts, rows, 1)) return { output: output.name, values: columns };
  }
  return undefined;
}

/** Landmarks per object and numbers per landmark, as Ultralytics' exporter says it: `[17, 3]`. */
export function landmarkShape({ metadata }: ModelFacts): readonly [number, 2 | 3] | undefined {
  const match = /^\s*\[\s*(\d+)\s*,\s*([23])\s*\]\s*$/.exec(metadata.get('kpt_shape') ?? '');
  return match ? [Number(match[1]), Number(match[2]) as 2 | 3] : undefined;
}

/** One class and COCO's 17 points. */
const COCO_POSE_VALUES = 4 + 1 + 3 * COCO_LANDMARKS.length;

/** COCO's names for 17 points, those of a face for five. */
export function landmarkNames(count: number): readonly string[] {
  if (count === COCO_LANDMARKS.length) return COCO_LANDMARKS;
  if (count === FACE_LANDMARKS.length) return FACE_LANDMARKS;
  return Array.from({ length: count }, (_, at) => `point${at}`);
}

/** Class scores behind each box, as columns or before a suppression by TensorRT. */
export function readColumns(facts: ModelFacts): Reading | undefined {
  const found = columnsOf(facts);
  if (!found) return undefined;
  const decoder = { kind: 'columns', output: found.output, landmarks: 0, landmarkValues: 3 } as const;
  return { feeding: LETTERBOX_114, decoder, classes: found.values - 4 };
}

export const yolov8: Preset = {
  name: 'yolov8',
  defaultSize: 640,
  stride: 32,
  expects: '[1, 4+C, N], N cells',
  read: readColumns,
};

export const yolov8Pose: Preset = {
  name: 'yolov8-pose',
  defaultSize: 640,
  stride: 32,
  expects: '[1, 4+C+3K, N], N cells, K landmarks',
  read: (facts) => {
    const found = columnsOf(facts);
    if (!found) return undefined;
    const told = landmarkShape(facts);
    if (!told && !facts.named && found.values !== COCO_POSE_VALUES) return undefined;
    const [points, numbers] = told ?? [Math.floor((found.values - 4 - (facts.labels?.length ?? 1)) / 3), 3 as const];
    const classes = found.values - 4 - points * numbers;
    if (points < 1 || classes < 1) return undefined;
    const decoder = { kind: 'columns', output: found.output, landmarks: points, landmarkValues: numbers } as const;
    const labels = classes === 1 ? { labels: ['person'] } : {};
    return { feeding: LETTERBOX_114, decoder, classes, landmarks: landmarkNames(points), ...labels };
  },
};

export const yolox: Preset = {
  name: 'yolox',
  defaultSize: 640,
  stride: 32,
  expects: '[1, N, 5+C], N = one per cell',
  read: (facts) => {
    const found = matricesOf(facts).find(({ rows, columns }) => columns >= 6 && stridesOf(facts, rows, 1));
    if (!found) return undefined;
    const output = found.output.name;
    const values = facts.values.get(output);
    const raw = !values || !isDecoded({ values, width: found.columns, inColumns: false }, facts);
    const decoder = { kind: 'yolox', output, strides: stridesOf(facts, found.rows, 1)!, raw } as const;
    const feeding = shifted({ fit: 'letterbox-top-left', padding: 114, channels: 'BGR' }, 0, 1);
    return { feeding, decoder, classes: found.columns - 5 };
  },
};
