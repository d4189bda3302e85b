import type { AttributesOf } from '#onnx/ops.js';
import type { GradientCase } from '../numeric.js';

const pool = (
  op: 'MaxPool' | 'AveragePool',
  why: string,
  dims: readonly number[],
  attributes: AttributesOf<'MaxPool'>,
): GradientCase => ({
  op,
  why,
  inputs: [{ dims, kind: 'spread' }],
  build: (g, [x]) => g.op[op](x!, attributes),
});
export const pooling: readonly GradientCase[] = [
  ...(['MaxPool', 'AveragePool'] as const).flatMap((op) => [
    pool(op, '2x2', [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
    pool(op, '2x2 that leaves a row over', [1, 2, 5, 4], { kernel_shape: [2, 2], strides: [2, 2] }),
    pool(op, '3x3 stride 2 padded', [2, 1, 6, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    pool(op, '5x5 stride 1 padded', [1, 2, 4, 4], { kernel_shape: [5, 5], strides: [1, 1], pads: [2, 2, 2, 2] }),
    pool(op, '2x2 with ceil_mode', [1, 1, 5, 5], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    pool(op, '1D', [2, 2, 8], { kernel_shape: [2], strides: [2] }),
    pool(op, '3D', [1, 2, 4, 2, 4], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  ]),
  {
    op: 'AveragePool',
    why: 'padding counts',
    inputs: [{ dims: [1, 2, 4, 5] }],
    build: (g, [x]) =>
      g.op.AveragePool(x!, { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  },
  { op: 'GlobalAveragePool', inputs: [{ dims: [2, 3, 2, 3] }], build: (g, [x]) => g.op.GlobalAveragePool(x!) },
  { op: 'GlobalMaxPool', inputs: [{ dims: [2, 3, 2, 3], kind: 'spread' }], build: (g, [x]) => g.op.GlobalMaxPool(x!) },
];
