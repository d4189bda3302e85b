import type { GradientCase, Kind } from '../numeric.js';

type Unary =
  | 'Abs'
  | 'Atan'
  | 'Cos'
  | 'Erf'
  | 'Exp'
  | 'Identity'
  | 'Neg'
  | 'Relu'
  | 'Sigmoid'
  | 'Sin'
  | 'Softplus'
  | 'Tanh'
  | 'Log'
  | 'Sqrt'
  | 'Reciprocal';

const one = (op: Unary, kind: Kind): GradientCase => ({
  op,
  inputs: [{ dims: [2, 5], kind }],
  build: (g, [x]) => g.op[op](x!),
});

export const unary: readonly GradientCase[] = [
  ...(['Atan', 'Cos', 'Erf', 'Exp', 'Identity', 'Neg', 'Sigmoid', 'Sin', 'Softplus', 'Tanh'] as const).map((op) =>
    one(op, 'normal'),
  ),
  ...(['Abs', 'Relu'] as const).map((op) => one(op, 'spread')),
  ...(['Log', 'Sqrt', 'Reciprocal'] as const).map((op) => one(op, 'positive')),
  { op: 'Elu', inputs: [{ dims: [10], kind: 'spread' }], build: (g, [x]) => g.op.Elu(x!, { alpha: 0.7 }) },
  {
    op: 'HardSigmoid',
    inputs: [{ dims: [40], kind: 'spread' }],
    build: (g, [x]) => g.op.HardSigmoid(x!, { alpha: 0.4, beta: 0.51 }),
  },
  {
    op: 'LeakyRelu',
    inputs: [{ dims: [3, 6], kind: 'spread' }],
    build: (g, [x]) => g.op.LeakyRelu(x!, { alpha: 0.1 }),
  },
  {
    op: 'Clip',
    inputs: [{ dims: [20], kind: 'spread' }],
    build: (g, [x]) => g.op.Clip(x!, g.scalar(-0.5), g.scalar(0.7)),
  },
  {
    op: 'Clip',
    why: 'from below only',
    inputs: [{ dims: [20], kind: 'spread' }],
    build: (g, [x]) => g.op.Clip(x!, g.scalar(0)),
  },
  { op: 'QuickGelu', why: 'SiLU', inputs: [{ dims: [12] }], build: (g, [x]) => g.op.QuickGelu(x!, { alpha: 1 }) },
  { op: 'QuickGelu', inputs: [{ dims: [12] }], build: (g, [x]) => g.op.QuickGelu(x!, { alpha: 1.702 }) },
  { op: 'Softmax', inputs: [{ dims: [3, 4] }], build: (g, [x]) => g.op.Softmax(x!) },
  {
    op: 'Softmax',
    why: 'another axis',
    inputs: [{ dims: [3, 4, 2] }],
    build: (g, [x]) => g.op.Softmax(x!, { axis: 1 }),
  },
  { op: 'LogSoftmax', inputs: [{ dims: [3, 4] }], build: (g, [x]) => g.op.LogSoftmax(x!, { axis: 0 }) },
];
