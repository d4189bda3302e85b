import type { AttributesOf } from '#onnx/ops.js';
import type { GradientCase } from '../numeric.js';

const resize = (
  why: string,
  scales: readonly number[],
  attributes: AttributesOf<'Resize'>,
  dims: readonly number[] = [1, 2, 3, 4],
): GradientCase => ({
  op: 'Resize',
  why,
  inputs: [{ dims }],
  build: (g, [x]) => g.op.Resize(x!, undefined, g.floats([1, 1, ...scales]), undefined, attributes),
});
const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
export const resizing: readonly GradientCase[] = [
  resize('nearest x2', [2, 2], nearest),
  resize('nearest x3 x2', [3, 2], nearest),
  resize('nearest, broken scale', [1.5, 2.5], nearest),
  resize('nearest, half pixel', [1.5, 2], { mode: 'nearest' }),
  resize('bilinear x2', [2, 2], { mode: 'linear' }),
  resize('bilinear, smaller', [0.7, 0.5], { mode: 'linear' }),
  resize('bilinear, aligned corners', [2, 2], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }),
  resize('bilinear, asymmetric', [2, 3], { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }),
  resize('nearest x2, 1D', [2], nearest, [2, 2, 3]),
  {
    op: 'Resize',
    why: 'to a size',
    inputs: [{ dims: [1, 1, 3, 4] }],
    build: (g, [x]) => g.op.Resize(x!, undefined, undefined, g.ints([1, 1, 5, 7]), { mode: 'linear' }),
  },
];
