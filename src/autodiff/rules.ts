import type { OpName } from '#onnx/ops.js';
import { batchNormRule } from './batch-norm.js';
import { bceRule } from './bce.js';
import type { OpRules, Rule, RuleOrNone } from './rule.js';
import { arithmetic } from './rules/arithmetic.js';
import { convolution } from './rules/convolution.js';
import { movement } from './rules/movement.js';
import { normalisation } from './rules/normalisation.js';
import { pooling } from './rules/pooling.js';
import { products } from './rules/products.js';
import { reductions } from './rules/reductions.js';
import { resizing } from './rules/resize.js';
import { unary } from './rules/unary.js';
import { winogradRule } from './winograd.js';

/** One rule per operator that lookout emits: an operator without one does not compile. */
const OP_RULES: OpRules<OpName> = {
  ...unary,
  ...arithmetic,
  ...reductions,
  ...products,
  ...convolution,
  ...pooling,
  ...resizing,
  ...normalisation,
  ...movement,
};

/** Groups of operators that the tape holds as one entry. */
const GROUP_RULES = {
  BatchNormTraining: batchNormRule,
  BceWithLogits: bceRule,
  WinogradConv: winogradRule,
} as const satisfies Readonly<Record<string, Rule<never>>>;

/** Every gradient rule, by operator or group. */
export const RULES: Readonly<Record<string, RuleOrNone<never>>> = { ...OP_RULES, ...GROUP_RULES };
