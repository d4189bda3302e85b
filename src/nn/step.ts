/**
 * A training step as ONE graph: forward, backward, update. Everything that is carried from step to step is a flat
 * float32 vector that goes in as `name` and comes out as `next/name`; the caller keeps two buffers of each and swaps them.
 */
import { carried, compiled, figure, given, start } from './step/building.js';
import { backward, figures, forward, nextStates } from './step/forward-backward.js';
import type { CompiledStep, GradientOptions, GradientPlan, StepPlan } from './step/plan.js';
import { finishUpdate, scalarsOf, updated } from './step/update.js';

export type { CompiledStep, GradientPlan, StepPlan, UpdatePlan } from './step/plan.js';

/**
 * Compiles a whole step. Feed: `input`, the targets, the vectors, the scalars and, where `seeded`, `seed`.
 *
 * Vectors: `parameters` (start with initialParameters), `states` (initialStates; absent where the network has none), `ema` and
 * `ema-states` (start as copies of the two), and the optimiser's memory (zeros).
 */
export function compileStep(plan: StepPlan): CompiledStep {
  const building = start('step', plan);
  const { g, layout } = building;
  const parameters = carried(building, 'parameters', layout.parameterCount);
  const states = layout.stateCount > 0 ? carried(building, 'states', layout.stateCount) : undefined;
  const built = forward(building, plan, { parameters: parameters.value, states: states?.value });
  const gradient = backward(building, plan, built);
  return g.untaped(() => {
    const nextOfStates = states && nextStates(building, built.net, states.value, plan.momentum);
    const { optimiser, frozen } = plan;
    const nextOfParameters = updated(building, { parameters: parameters.value, gradient, optimiser, frozen });
    parameters.finish(nextOfParameters);
    if (nextOfStates) states.finish(nextOfStates);
    finishUpdate(building, plan, { parameters: nextOfParameters, states: nextOfStates });
    figures(building, built, gradient);
    return compiled(building, built, scalarsOf(plan));
  });
}

/**
 * Compiles forward and backward alone, for accumulation and for workers that share a batch: the vector `gradients` goes
 * in (zeros at first) and comes out with this batch's gradient times the scalar `share` added, or only comes out where
 * nothing is accumulated; `parameters` is fed only.
 */
export function compileGradients(plan: GradientPlan, { accumulates = true }: GradientOptions = {}): CompiledStep {
  const building = start('gradients', plan);
  const { g, layout } = building;
  const parameters = g.input('parameters', [layout.parameterCount]);
  const states = layout.stateCount > 0 ? carried(building, 'states', layout.stateCount) : undefined;
  const built = forward(building, plan, { parameters, states: states?.value });
  const gradient = backward(building, plan, built);
  return g.untaped(() => {
    if (accumulates) {
      const sum = carried(building, 'gradients', layout.parameterCount);
      sum.finish(g.op.Add(sum.value, g.op.Mul(gradient, g.input('share', [1]))));
    } else given(building, 'gradients', gradient);
    if (states) states.finish(nextStates(building, built.net, states.value, plan.momentum));
    figures(building, built, gradient);
    return compiled(building, built, (): Record<string, number> => (accumulates ? { share: 1 } : {}));
  });
}

/** Compiles the update alone: `gradients` and, where there are any, `states` are fed; the vectors are those of a whole step. */
export function compileUpdate(plan: StepPlan): CompiledStep {
  const building = start('update', plan);
  const { g, layout } = building;
  const gradient = g.input('gradients', [layout.parameterCount]);
  const parameters = carried(building, 'parameters', layout.parameterCount);
  const states = layout.stateCount > 0 && plan.ema !== false ? g.input('states', [layout.stateCount]) : undefined;
  const { optimiser, frozen } = plan;
  const next = updated(building, { parameters: parameters.value, gradient, optimiser, frozen });
  parameters.finish(next);
  finishUpdate(building, plan, { parameters: next, states });
  figure(building, 'gradient-norm', g.op.ReduceL2(gradient, undefined, { keepdims: 0 }));
  return compiled(building, { targets: {}, seeded: false }, scalarsOf(plan));
}
