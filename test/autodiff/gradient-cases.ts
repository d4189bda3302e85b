import { arithmetic } from './gradient-cases/arithmetic.js';
import { convolutions, tiled } from './gradient-cases/convolutions.js';
import { losses } from './gradient-cases/losses.js';
import { movement } from './gradient-cases/movement.js';
import { normalisation } from './gradient-cases/normalisation.js';
import { pooling } from './gradient-cases/pooling.js';
import { products } from './gradient-cases/products.js';
import { reductions } from './gradient-cases/reductions.js';
import { resizing } from './gradient-cases/resizing.js';
import { unary } from './gradient-cases/unary.js';
import type { GradientCase } from './numeric.js';

export const GRADIENT_CASES: readonly GradientCase[] = [
  ...unary,
  ...arithmetic,
  ...reductions,
  ...products,
  ...convolutions,
  ...tiled,
  ...pooling,
  ...resizing,
  ...normalisation,
  ...losses,
  ...movement,
];
