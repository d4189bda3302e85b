import type { Value } from '#onnx/builder.js';
import type { GradientCase } from '../numeric.js';

type Binary = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow';
const two = (op: Binary, a: readonly number[], b: readonly number[], why?: string): GradientCase => ({
  op,
  ...(why && { why }),
  inputs: [
    { dims: a, kind: op === 'Pow' ? 'positive' : 'normal' },
    { dims: b, kind: 'positive' },
  ],
  build: (g, [x, y]) => g.op[op](x!, y!),
});
const BROADCASTS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['equal shapes', [2, 3], [2, 3]],
  ['a scalar', [2, 3], []],
  ['both ways', [2, 1, 3], [4, 1]],
  ['a channel', [2, 3, 2, 2], [3, 1, 1]],
];

export const arithmetic: readonly GradientCase[] = [
  ...(['Add', 'Sub', 'Mul', 'Div', 'Pow'] as const).flatMap((op) =>
    BROADCASTS.map(([why, a, b]) => two(op, a, b, why)),
  ),
  ...(['Min', 'Max'] as const).map(
    (op): GradientCase => ({
      op,
      inputs: [{ dims: [3, 4], kind: 'spread' }, { dims: [4], kind: 'normal' }, { dims: [3, 1] }],
      build: (g, xs) => g.op[op](...(xs as [Value, ...Value[]])),
    }),
  ),
  {
    op: 'Sum',
    inputs: [{ dims: [2, 3] }, { dims: [3] }, { dims: [2, 1] }],
    build: (g, xs) => g.op.Sum(...(xs as [Value, ...Value[]])),
  },
  {
    op: 'Where',
    inputs: [{ dims: [4, 1], kind: 'spread' }, { dims: [3] }, { dims: [4, 3] }],
    fixed: [0],
    build: (g, [c, a, b]) => g.op.Where(g.op.Greater(c!, g.scalar(0)), a!, b!),
  },
];
