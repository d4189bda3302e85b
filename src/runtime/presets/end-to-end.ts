import type { ValueSpec } from '#core/card.js';
import { landmarkNames, landmarkShape, matricesOf, stridesOf } from './dense.js';
import { type ModelFacts, shapeOf } from './facts.js';
import { LETTERBOX_114, type Preset, type Reading } from './preset.js';

// Networks that suppress by themselves. The class count stands nowhere in the shapes, so labels say it (COCO by default).

/** So many rows are kept at most. */
const MAX_FINAL_ROWS = 1000;

function classesOf({ labels }: ModelFacts): number {
  return labels?.length ?? 80;
}

/** Rows of corners, score and class. */
export const yolov10: Preset = {
  name: 'yolov10',
  defaultSize: 640,
  stride: 32,
  expects: `[1, N, 6], N at most ${MAX_FINAL_ROWS}`,
  read: (facts) => {
    const [points, numbers] = landmarkShape(facts) ?? [0, 3 as const];
    const found = matricesOf(facts).find(
      ({ rows, columns }) => columns === 6 + points * numbers && rows <= MAX_FINAL_ROWS && !stridesOf(facts, rows, 1),
    );
    if (!found) return undefined;
    const output = found.output.name;
    const classes = classesOf(facts);
    if (points === 0) return { feeding: LETTERBOX_114, decoder: { kind: 'end-to-end', output }, classes };
    const decoder = { kind: 'end-to-end', output, landmarks: points, landmarkValues: numbers } as const;
    return { feeding: LETTERBOX_114, decoder, classes, landmarks: landmarkNames(points) };
  },
};

/** `[N, 7]`, N as many as were found in one picture; rows of several pictures are not told apart. */
export function readNumbered(facts: ModelFacts): Reading | undefined {
  const [output, another] = facts.outputs;
  const [rows, columns] = output?.dims ?? [];
  const single = !another && facts.input.dims[0]! <= 1;
  if (!output || !single || output.dims.length !== 2 || columns !== 7 || stridesOf(facts, rows!, 1)) return undefined;
  const decoder = { kind: 'end-to-end-numbered', output: output.name } as const;
  return { feeding: LETTERBOX_114, decoder, classes: classesOf(facts) };
}

/** The output that is the only one with a property. */
function only(outputs: readonly ValueSpec[], has: (output: ValueSpec) => boolean): ValueSpec | undefined {
  const [found, another] = outputs.filter(has);
  return another ? undefined : found;
}

const isWhole = ({ type }: ValueSpec) => type === 'int32' || type === 'int64';

/** A count `[1, 1]`, boxes `[1, M, 4]`, scores `[1, M]` and classes `[1, M]`: ints, or called so. */
export function readParts(facts: ModelFacts): Reading | undefined {
  const { outputs } = facts;
  const boxes = only(outputs, (output) => shapeOf(output, 2)?.[1] === 4);
  if (outputs.length !== 4 || !boxes) return undefined;
  const places = shapeOf(boxes, 2)![0]!;
  const count = only(outputs, ({ dims }) => dims.every((dim) => dim === 1));
  const lists = outputs.filter((output) => output.dims.length === 2 && shapeOf(output, 1)?.[0] === places);
  const classes = only(lists, isWhole) ?? only(lists, ({ name }) => /class|label/i.test(name));
  const scores = only(lists, (list) => list !== classes);
  if (!count || !classes || !scores) return undefined;
  const names = { count: count.name, boxes: boxes.name, scores: scores.name, classes: classes.name };
  return { feeding: LETTERBOX_114, decoder: { kind: 'end-to-end-parts', ...names }, classes: classesOf(facts) };
}
