/**
 * Optimisers as chains of small transforms of one flat vector (after optax). Letters: P parameters, g gradient, p
 * parameters, eta learning rate, t step counted from 1.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { Layout } from '../layout.js';

/** What a transform may use when it is emitted. */
export interface TransformContext {
  readonly g: GraphBuilder;
  readonly layout: Layout;
  /** p, `[P]`. */
  readonly parameters: Value;
  /** 1 for the elements that weight decay applies to, `[P]`. */
  readonly decayMask: Value;
  /** The transform's own memory, each `[P]`. */
  readonly slots: Readonly<Record<string, Value>>;
  /** The transform's fed numbers, each `[1]`. */
  readonly scalars: Readonly<Record<string, Value>>;
}

/** Where the schedule stands. */
export interface StepState {
  /** t, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Overrides the momentum for warm-up; undefined for the transform's own. */
  readonly momentum?: number;
}

/** One link of an optimiser: turns the update that reaches it into another. */
export interface Transform {
  readonly name: string;
  /** Vectors that it remembers from step to step, 0 at first. */
  readonly slots?: readonly string[];
  /** Numbers that it is fed at every step. */
  readonly scalars?: (state: StepState) => Readonly<Record<string, number>>;
  apply(
    update: Value,
    context: TransformContext,
  ): { readonly update: Value; readonly slots?: Readonly<Record<string, Value>> };
}

/** The links in order; what comes out is added to the parameters. */
export type Optimiser = readonly Transform[];

/** A memory vector of an optimiser: `<link number>-<transform>/<slot>`. */
export function slotNames(optimiser: Optimiser): readonly string[] {
  return optimiser.flatMap(({ name, slots = [] }, index) => slots.map((slot) => `${index}-${name}/${slot}`));
}

/** Everything to feed for one step, by the same names. */
export function scalarValues(optimiser: Optimiser, state: StepState): Readonly<Record<string, number>> {
  const entries = optimiser.flatMap(({ name, scalars }, index) =>
    Object.entries(scalars?.(state) ?? {}).map(([scalar, value]) => [`${index}-${name}/${scalar}`, value] as const),
  );
  return Object.fromEntries(entries);
}
