import { batchNorm } from '#autodiff/batch-norm.js';
import type { GradientCase, Kind } from '../numeric.js';

const norm = (dims: readonly number[]): readonly { dims: readonly number[]; kind?: Kind }[] => [
  { dims },
  { dims: [dims[1]!], kind: 'positive' },
  { dims: [dims[1]!] },
];
export const normalisation: readonly GradientCase[] = [
  { op: 'BatchNormTraining', inputs: norm([3, 2, 2, 3]), build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!]).y },
  {
    op: 'BatchNormTraining',
    why: '1D',
    inputs: norm([3, 2, 4]),
    build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!], 1e-3).y,
  },
  {
    op: 'BatchNormTraining',
    why: 'vectors',
    inputs: norm([5, 2]),
    build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!]).y,
  },
  {
    op: 'BatchNormalization',
    why: 'frozen',
    inputs: norm([2, 2, 2, 2]),
    build: (g, [x, s, b]) =>
      g.op.BatchNormalization(x!, s!, b!, g.floats([0.3, -0.2]), g.floats([0.5, 1.5]), { epsilon: 1e-3 }),
  },
];
