import { gradients } from '#autodiff/grad.js';
import type { Value } from '#onnx/builder.js';
import { flatten, sourceOf, unflatten } from '../flat.js';
import type { LossValues, TargetSpec } from '../losses/loss.js';
import { Net } from '../net.js';
import { pictures } from '../pictures.js';
import { type Building, figure } from './building.js';
import type { GradientPlan } from './plan.js';

/** Share of a batch in the running statistics where the plan does not say. */
const MOMENTUM = 0.03;

/** A network with its loss inside a graph. */
export interface Forward {
  readonly net: Net;
  readonly values: LossValues;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly targets: Readonly<Record<string, TargetSpec>>;
  readonly seeded: boolean;
}

/** Emits the network and its loss. */
export function forward(
  building: Building,
  plan: GradientPlan,
  flat: { parameters: Value; states: Value | undefined },
): Forward {
  const { g, layout, target } = building;
  const parameters = unflatten(g, flat.parameters, layout.parameters, target);
  const states = flat.states ? unflatten(g, flat.states, layout.states, target) : new Map<string, Value>();
  const seed = g.input('seed', [1], 'int64');
  const frozen = plan.frozen;
  const net = new Net(g, { mode: 'train', source: sourceOf(parameters, states), seed, ...(frozen && { frozen }) });
  const outputs = plan.network(net, pictures(g, plan.input));
  const shapes = Object.fromEntries(Object.entries(outputs).map(([name, { dims }]) => [name, dims]));
  const targets = plan.loss.targets(shapes);
  const fed = Object.fromEntries(
    Object.entries(targets).map(([name, { dims, type }]) => [name, g.input(name, dims, type)]),
  );
  return { net, parameters, targets, seeded: g.dropInputIfUnused('seed'), values: plan.loss.build(g, outputs, fed) };
}

/** dLoss / dp as one vector, zeros for what is frozen. */
export function backward({ g, layout, target }: Building, plan: GradientPlan, { values, parameters }: Forward): Value {
  const learnt = layout.parameters.filter(({ name }) => !plan.frozen?.(name));
  const found = gradients(
    g,
    values.total,
    learnt.map(({ name }) => parameters.get(name)!),
    { target },
  );
  const byName = new Map(learnt.map(({ name }, index) => [name, found[index]!]));
  const pieces = layout.parameters.map(({ name, size }) => byName.get(name) ?? g.floats(new Float32Array(size)));
  return g.untaped(() => flatten(g, pieces, target));
}

/** next = states + momentum (batch - states), all statistics at once; those that no batch reported stay. */
export function nextStates({ g, layout, target }: Building, net: Net, states: Value, momentum = MOMENTUM): Value {
  const reported = new Map(net.statistics.map((statistic) => [statistic.state, statistic]));
  const kept = reported.size < layout.states.length ? unflatten(g, states, layout.states, target) : undefined;
  const rate = new Float32Array(layout.stateCount);
  const factor = new Float32Array(layout.stateCount).fill(1);
  const pieces = layout.states.map(({ name, offset, size }) => {
    const statistic = reported.get(name);
    if (!statistic) return kept!.get(name)!;
    rate.fill(momentum, offset, offset + size);
    factor.fill(statistic.correction, offset, offset + size);
    return statistic.value;
  });
  const batch = g.op.Mul(flatten(g, pieces, target), g.floats(factor));
  return g.op.Add(states, g.op.Mul(g.op.Sub(batch, states), g.floats(rate)));
}

/** Declares the numbers of the step as outputs. */
export function figures(building: Building, { values }: Forward, gradient: Value): void {
  figure(building, 'loss', values.total);
  for (const [name, value] of Object.entries(values.parts)) figure(building, `loss/${name}`, value);
  figure(building, 'gradient-norm', building.g.op.ReduceL2(gradient, undefined, { keepdims: 0 }));
}
