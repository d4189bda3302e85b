import type { ValueSpec } from '#core/card.js';
import type { Size } from '#core/size.js';
import { FASTEST_V2 } from './anchors.js';
import { cellsOfAll, shapeOf } from './facts.js';
import { type Preset, STRETCH_BGR } from './preset.js';

const STRIDES = [16, 32];

/** The output `[1, H, W, 15+C]` of one head. */
function mapOf(outputs: readonly ValueSpec[], { width, height }: Size, stride: number) {
  for (const output of outputs) {
    const [rows, cells, columns] = shapeOf(output, 3) ?? [];
    if (rows === height / stride && cells === width / stride && columns! >= 16)
      return { name: output.name, columns: columns! };
  }
  return undefined;
}

/** Number of classes where the outputs are maps of boxes, objectness and classes for each head in turn, before any activation. */
function rawClasses(outputs: readonly ValueSpec[], { width, height }: Size): number | undefined {
  const classes = outputs.at(-1)?.dims.at(-3);
  const expected = STRIDES.flatMap((stride) =>
    [12, 3, classes].map((count) => [count, height / stride, width / stride]),
  );
  const fits = outputs.every((output, at) => shapeOf(output, 3)?.join() === expected[at]?.join());
  return outputs.length === expected.length && fits ? classes : undefined;
}

/** Class scores shared by the three anchors of a cell: 3 boxes of 4, 3 objectnesses, C classes. */
export const yoloFastestV2: Preset = {
  name: 'yolo-fastest-v2',
  defaultSize: 352,
  stride: 32,
  expects:
    '[N, 15+C], N cells of strides 16 and 32, or [1, H, W, 15+C] for each of them, or raw [1, 12, H, W], [1, 3, H, W], [1, C, H, W]',
  read: ({ outputs, size, anchors = FASTEST_V2 }) => {
    const heads = STRIDES.map((stride, at) => ({ stride, anchors: anchors[at]! }));
    const maps = STRIDES.map((stride) => mapOf(outputs, size, stride));
    if (outputs.length === maps.length && maps.every((map) => map && map.columns === maps[0]!.columns)) {
      const decoder = { kind: 'yolo-fastest-v2', output: maps.map((map) => map!.name), heads } as const;
      return { feeding: STRETCH_BGR, decoder, classes: maps[0]!.columns - 15 };
    }
    const classes = rawClasses(outputs, size);
    if (classes !== undefined) {
      const names = outputs.map(({ name }) => name);
      return { feeding: STRETCH_BGR, decoder: { kind: 'yolo-fastest-v2', output: names, heads, raw: true }, classes };
    }
    for (const output of outputs) {
      const [rows, columns] = shapeOf(output, 2) ?? [];
      if (rows === undefined || columns === undefined || rows !== cellsOfAll(size, STRIDES) || columns < 16) continue;
      const decoder = { kind: 'yolo-fastest-v2', output: output.name, heads } as const;
      return { feeding: STRETCH_BGR, decoder, classes: columns - 15 };
    }
    return undefined;
  },
};

export const fastestDet: Preset = {
  name: 'fastestdet',
  defaultSize: 352,
  stride: 32,
  expects: '[1, 5+C, H, W], cells of stride 16',
  read: ({ outputs, size }) => {
    if (outputs.length !== 1) return undefined;
    const [values, height, width] = shapeOf(outputs[0]!, 3) ?? [];
    if (values === undefined || values < 6 || height !== size.height / 16 || width !== size.width / 16)
      return undefined;
    const decoder = { kind: 'fastestdet', output: outputs[0]!.name } as const;
    return { feeding: STRETCH_BGR, decoder, classes: values - 5 };
  },
};
