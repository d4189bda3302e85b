import type { Target } from '#autodiff/rule.js';
import type { Model } from '#onnx/model.js';
import type { InputSpec, Layout } from '../layout.js';
import type { Loss, TargetSpec } from '../losses/loss.js';
import type { Network } from '../net.js';
import type { Optimiser, StepState } from '../optimisers/transform.js';

export interface GradientPlan {
  readonly network: Network;
  /** Batch included. A uint8 input is divided by 255. */
  readonly input: InputSpec;
  readonly loss: Loss;
  /** Share of the batch in the running statistics. Default 0.03. */
  readonly momentum?: number;
  /** Parameters that stay as they are; normalisation inside keeps its running statistics. */
  readonly frozen?: (name: string) => boolean;
  /** The provider that will run the step. Default `cpu`. */
  readonly target?: Target;
  /** See {@link GraphBuilder.channelBlock}: what {@link channelBlockProbe} measures on the machine that trains. Default 0. */
  readonly channelBlock?: number;
}

export interface GradientOptions {
  /** Whether the gradient is added to one that goes in. Default true. */
  readonly accumulates?: boolean;
}

export interface UpdatePlan {
  readonly optimiser: Optimiser;
  /** Whether an exponential moving average of parameters and statistics is kept. Default true. */
  readonly ema?: boolean;
}

export type StepPlan = GradientPlan & UpdatePlan;

/** A graph to run once per step, and what to feed it. */
export interface CompiledStep {
  readonly model: Model;
  readonly layout: Layout;
  /** Vectors that are carried: input `name` (unless nothing reads it), output `next/name`, and their lengths. All start at 0 unless said otherwise. */
  readonly vectors: ReadonlyMap<string, number>;
  /** The loss's targets, by input name. */
  readonly targets: Readonly<Record<string, TargetSpec>>;
  /** Whether an int64 `[1]` input `seed` is there: some layer drops out. */
  readonly seeded: boolean;
  /** Outputs of one number each: `loss`, `loss/<part>`, and `gradient-norm` (before clipping). */
  readonly figures: readonly string[];
  /** The float32 `[1]` inputs for a step, by name. */
  scalars(state: StepState & { readonly emaDecay?: number }): Readonly<Record<string, number>>;
}
