import type { ShapeCase } from './shape-cases/case.js';
import { constants } from './shape-cases/constants.js';
import { convolutions } from './shape-cases/convolutions.js';
import { elementwise } from './shape-cases/elementwise.js';
import { movement } from './shape-cases/movement.js';
import { pooling } from './shape-cases/pooling.js';
import { products } from './shape-cases/products.js';
import { reductions } from './shape-cases/reductions.js';
import { resizing } from './shape-cases/resizing.js';

export const SHAPE_CASES: readonly ShapeCase[] = [
  ...elementwise,
  ...convolutions,
  ...pooling,
  ...resizing,
  ...products,
  ...movement,
  ...reductions,
  ...constants,
];
