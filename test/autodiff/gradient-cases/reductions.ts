import type { GradientCase } from '../numeric.js';

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceL2' | 'ReduceSumSquare';
const REDUCTIONS: readonly Reduction[] = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceL2',
  'ReduceSumSquare',
];
export const reductions: readonly GradientCase[] = REDUCTIONS.flatMap((op): GradientCase[] => {
  const inputs = [{ dims: [2, 3, 4], kind: 'spread' as const }];
  return [
    { op, why: 'all', inputs, build: (g, [x]) => g.op[op](x!, undefined, { keepdims: 0 }) },
    { op, why: 'kept axes', inputs, build: (g, [x]) => g.op[op](x!, g.ints([0, -1]), { keepdims: 1 }) },
    { op, why: 'dropped axis', inputs, build: (g, [x]) => g.op[op](x!, g.ints([1]), { keepdims: 0 }) },
    {
      op,
      why: 'an axis of size 1',
      inputs: [{ dims: [3, 1], kind: 'spread' }],
      build: (g, [x]) => g.op[op](x!, g.ints([1])),
    },
  ];
});
