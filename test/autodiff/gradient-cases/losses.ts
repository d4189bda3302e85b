import { bceWithLogits } from '#autodiff/bce.js';
import type { GradientCase } from '../numeric.js';

export const losses: readonly GradientCase[] = [
  {
    op: 'BceWithLogits',
    inputs: [
      { dims: [3, 4], kind: 'spread' },
      { dims: [4], kind: 'unit' },
    ],
    build: (g, [a, b]) => bceWithLogits(g, a!, b!),
  },
];
