import { FASTEST_V2 } from './anchors.js';
import { cellsOfAll, shapeOf } from './facts.js';
import { type Preset, STRETCH_BGR } from './preset.js';

const STRIDES = [16, 32];

/** Class scores shared by the three anchors of a cell: 3 boxes of 4, 3 objectnesses, C classes. */
export const yoloFastestV2: Preset = {
  name: 'yolo-fastest-v2',
  defaultSize: 352,
  stride: 32,
  expects: '[N, 15+C], N cells of strides 16 and 32',
  read: ({ outputs, size, anchors = FASTEST_V2 }) => {
    for (const output of outputs) {
      const [rows, columns] = shapeOf(output, 2) ?? [];
      if (rows === undefined || columns === undefined || rows !== cellsOfAll(size, STRIDES) || columns < 16) continue;
      const heads = STRIDES.map((stride, at) => ({ stride, anchors: anchors[at]! }));
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
