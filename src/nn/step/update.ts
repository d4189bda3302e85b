import type { Value } from '#onnx/builder.js';
import { type ParameterSlot, parameterMask } from '../layout.js';
import { type Optimiser, scalarValues } from '../optimisers/transform.js';
import { type Building, carried } from './building.js';
import type { CompiledStep, UpdatePlan } from './plan.js';

interface Update {
  readonly parameters: Value;
  readonly gradient: Value;
  readonly optimiser: Optimiser;
  readonly frozen: ((name: string) => boolean) | undefined;
}

/** Runs the gradient through the links of the optimiser; gives the next parameters. */
export function updated(building: Building, { parameters, gradient, optimiser, frozen }: Update): Value {
  const { g, layout } = building;
  const decays = (slot: ParameterSlot) => slot.decay && !frozen?.(slot.name);
  const decayMask = g.floats(parameterMask(layout, decays));
  let update = gradient;
  optimiser.forEach((transform, index) => {
    const prefix = `${index}-${transform.name}/`;
    const scalarNames = Object.keys(transform.scalars?.({ step: 1, learningRate: 0 }) ?? {});
    const scalars = Object.fromEntries(scalarNames.map((name) => [name, g.input(prefix + name, [1])]));
    const memory = (transform.slots ?? []).map(
      (slot) => [slot, carried(building, prefix + slot, layout.parameterCount)] as const,
    );
    const slots = Object.fromEntries(memory.map(([slot, { value }]) => [slot, value]));
    const result = transform.apply(update, { g, layout, parameters, decayMask, slots, scalars });
    for (const [slot, { finish }] of memory) finish(result.slots![slot]!);
    update = result.update;
  });
  return g.op.Add(parameters, update);
}

/** ema = d ema + (1 - d) x. */
function averaged(building: Building, name: string, x: Value, decay: Value): void {
  const { g } = building;
  const average = carried(building, name, x.dims[0]!);
  average.finish(g.op.Add(x, g.op.Mul(g.op.Sub(average.value, x), decay)));
}

/** Emits the moving averages of the next parameters and statistics. */
export function finishUpdate(
  building: Building,
  plan: UpdatePlan,
  next: { parameters: Value; states: Value | undefined },
): void {
  if (plan.ema === false) return;
  const decay = building.g.input('ema-decay', [1]);
  averaged(building, 'ema', next.parameters, decay);
  if (next.states) averaged(building, 'ema-states', next.states, decay);
}

/** The numbers that an update is fed. */
export function scalarsOf(plan: UpdatePlan): CompiledStep['scalars'] {
  return ({ emaDecay = 0, ...state }) => ({
    ...scalarValues(plan.optimiser, state),
    ...(plan.ema !== false && { 'ema-decay': emaDecay }),
  });
}
