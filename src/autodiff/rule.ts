import { type Entry, type GraphBuilder, sizeOf, type Value } from '#onnx/builder.js';
import type { AttributesOf, OpName } from '#onnx/ops.js';

/** What a rule may count on: the provider decides between equal forms. */
export type Target = 'cpu' | 'webgpu';

/** One step of the tape on the way back. */
export interface Step<A = Record<never, never>> {
  readonly g: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: A;
  /** Gradient of the loss with respect to the first output. */
  readonly dy: Value;
  /** The same for every output; undefined where nothing depends on it. */
  readonly dys: readonly (Value | undefined)[];
  /** Whether anybody asks for the gradient of input `index`. */
  needs(index: number): boolean;
  readonly target: Target;
}

/** Emits the gradients of a step's inputs, in order; undefined for one that nobody asks for or that has none. */
export type Rule<A = Record<never, never>> = (step: Step<A>) => readonly (Value | undefined)[];

/**
 * The rule of an operator, or why it has none: `flat`, the derivative is zero wherever it exists, so nothing flows;
 * `backward`, the operator is only emitted by gradients and updates, and a gradient through it is a mistake.
 */
export type RuleOrNone<A> = Rule<A> | 'flat' | 'backward';

export type OpRules<K extends OpName> = { readonly [N in K]: RuleOrNone<AttributesOf<N>> };

export type { Entry };

/** Sums a gradient of a broadcast result over the axes along which `to` was repeated. */
export function unbroadcast(g: GraphBuilder, gradient: Value, to: Value): Value {
  const lead = gradient.dims.length - to.dims.length;
  const axes = gradient.dims
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (to.dims[axis - lead] === 1 && gradient.dims[axis] !== 1));
  if (axes.length === 0 && lead === 0) return gradient;
  const summed = axes.length > 0 ? g.op.ReduceSum(gradient, g.ints(axes), { keepdims: 1 }) : gradient;
  return lead > 0 ? g.reshape(summed, to.dims) : summed;
}

/** Zeros of a value's shape. */
export function zerosLike(g: GraphBuilder, value: Value): Value {
  return g.op.Expand(g.scalar(0), g.ints(value.dims));
}

/** A float32 mask, 1 where the condition holds. */
export function mask(g: GraphBuilder, condition: Value): Value {
  return g.op.Cast(condition, { to: 1 });
}

/** All axes of a value. */
export function axesOf(value: Value): readonly number[] {
  return value.dims.map((_, axis) => axis);
}

/** The axes that input 1 of a reduction holds, all of them where it is left out. */
export function constantInts(
  g: GraphBuilder,
  value: Value | undefined,
  otherwise: readonly number[],
): readonly number[] {
  return value ? g.numbersOf(value) : otherwise;
}

export { sizeOf };
