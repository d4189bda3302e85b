import type { GradientCase } from '../numeric.js';

const PRODUCTS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['matrices', [2, 3], [3, 4]],
  ['a batch by one matrix', [2, 3, 4], [4, 2]],
  ['one matrix by a batch', [3, 4], [2, 4, 2]],
  ['broadcast batches', [2, 1, 2, 3], [3, 3, 2]],
  ['vector by matrix', [3], [3, 2]],
  ['matrix by vector', [2, 3], [3]],
  ['vector by batch', [3], [2, 3, 2]],
  ['two vectors', [3], [3]],
];
export const products: readonly GradientCase[] = [
  ...PRODUCTS.map(
    ([why, a, b]): GradientCase => ({
      op: 'MatMul',
      why,
      inputs: [{ dims: a }, { dims: b }],
      build: (g, [x, y]) => g.op.MatMul(x!, y!),
    }),
  ),
  ...[0, 1, 2, 3].map((bits): GradientCase => {
    const [transA, transB] = [bits & 1, bits >> 1];
    return {
      op: 'Gemm',
      why: `transposed ${transA} ${transB}`,
      inputs: [{ dims: transA ? [3, 2] : [2, 3] }, { dims: transB ? [4, 3] : [3, 4] }, { dims: [4] }],
      build: (g, [a, b, c]) => g.op.Gemm(a!, b!, c!, { alpha: 0.5, beta: 2, transA, transB }),
    };
  }),
];
