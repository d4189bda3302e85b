/**
 * A training step as ONE graph: forward, backward, update. Everything that is carried from step to step is a flat
 * float32 vector that goes in as `name` and comes out as `next/name`; the caller keeps two buffers of each and swaps them.
 *
 * Letters: P parameters, S running statistics.
 */
import { gradients } from '#autodiff/grad.js';
import type { Target } from '#autodiff/rule.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import type { Model } from '#onnx/model.js';
import { flatten, sourceOf, unflatten } from './flat.js';
import { type InputSpec, type Layout, layoutOf, type ParameterSlot, parameterMask } from './layout.js';
import type { Loss, LossValues, TargetSpec } from './losses/loss.js';
import { Net, type Network } from './net.js';
import { type Optimiser, type StepState, scalarValues } from './optimisers/transform.js';

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
  /** Vectors that are carried: input `name`, output `next/name`, and their lengths. All start at 0 unless said otherwise. */
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

interface Building {
  readonly g: GraphBuilder;
  readonly layout: Layout;
  readonly target: Target;
  readonly vectors: Map<string, number>;
  readonly figures: string[];
}

function start(name: string, plan: GradientPlan): Building {
  const layout = layoutOf(plan.network, plan.input);
  return {
    g: new GraphBuilder(name, { channelBlock: plan.channelBlock ?? 0 }),
    layout,
    target: plan.target ?? 'cpu',
    vectors: new Map(),
    figures: [],
  };
}

/** Declares a carried vector; `finish` gives its next value. */
function carried(
  { g, vectors }: Building,
  name: string,
  length: number,
): { value: Value; finish: (next: Value) => void } {
  vectors.set(name, length);
  return { value: g.input(name, [length]), finish: (next) => g.output(`next/${name}`, next) };
}

function figure({ g, figures }: Building, name: string, value: Value): void {
  figures.push(name);
  g.output(name, g.reshape(value, [1]));
}

/** The network's input in 0..1. */
export function pictures(g: GraphBuilder, { dims, type = 'float32' }: InputSpec): Value {
  const input = g.input('input', dims, type);
  if (type === 'float32') return input;
  return g.op.Mul(g.op.Cast(input, { to: 1 }), g.scalar(1 / 255));
}

interface Forward {
  readonly values: LossValues;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly targets: Readonly<Record<string, TargetSpec>>;
  readonly seeded: boolean;
}

function forward(
  building: Building,
  plan: GradientPlan,
  flat: { parameters: Value; states: Value | undefined },
): Forward & { net: Net } {
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
function backward({ g, layout, target }: Building, plan: GradientPlan, { values, parameters }: Forward): Value {
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
function nextStates({ g, layout, target }: Building, net: Net, states: Value, momentum: number): Value {
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

function figures(building: Building, { values }: Forward, gradient: Value): void {
  figure(building, 'loss', values.total);
  for (const [name, value] of Object.entries(values.parts)) figure(building, `loss/${name}`, value);
  figure(building, 'gradient-norm', building.g.op.ReduceL2(gradient, undefined, { keepdims: 0 }));
}

interface Update {
  readonly parameters: Value;
  readonly gradient: Value;
  readonly optimiser: Optimiser;
  readonly frozen: ((name: string) => boolean) | undefined;
}

/** Runs the gradient through the links of the optimiser; gives the next parameters. */
function updated(building: Building, { parameters, gradient, optimiser, frozen }: Update): Value {
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

function finishUpdate(
  building: Building,
  plan: UpdatePlan,
  next: { parameters: Value; states: Value | undefined },
): void {
  if (plan.ema === false) return;
  const decay = building.g.input('ema-decay', [1]);
  averaged(building, 'ema', next.parameters, decay);
  if (next.states) averaged(building, 'ema-states', next.states, decay);
}

function scalarsOf(plan: UpdatePlan): CompiledStep['scalars'] {
  return ({ emaDecay = 0, ...state }) => ({
    ...scalarValues(plan.optimiser, state),
    ...(plan.ema !== false && { 'ema-decay': emaDecay }),
  });
}

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
    const nextOfStates = states && nextStates(building, built.net, states.value, plan.momentum ?? 0.03);
    const { optimiser, frozen } = plan;
    const nextOfParameters = updated(building, { parameters: parameters.value, gradient, optimiser, frozen });
    parameters.finish(nextOfParameters);
    if (nextOfStates) states.finish(nextOfStates);
    finishUpdate(building, plan, { parameters: nextOfParameters, states: nextOfStates });
    figures(building, built, gradient);
    return compiled(building, built, scalarsOf(plan));
  });
}

function compiled(
  building: Building,
  { targets, seeded }: Pick<Forward, 'targets' | 'seeded'>,
  scalars: CompiledStep['scalars'],
): CompiledStep {
  const { g, layout, vectors, figures: names } = building;
  return { model: g.build(), layout, vectors, targets, seeded, figures: names, scalars };
}

/**
 * Compiles forward and backward alone, for accumulation and for workers that share a batch: the vector `gradients` goes
 * in (zeros at first) and comes out with this batch's gradient times the scalar `share` added; `parameters` is fed only.
 */
export function compileGradients(plan: GradientPlan): CompiledStep {
  const building = start('gradients', plan);
  const { g, layout } = building;
  const parameters = g.input('parameters', [layout.parameterCount]);
  const states = layout.stateCount > 0 ? carried(building, 'states', layout.stateCount) : undefined;
  const built = forward(building, plan, { parameters, states: states?.value });
  const gradient = backward(building, plan, built);
  return g.untaped(() => {
    const sum = carried(building, 'gradients', layout.parameterCount);
    sum.finish(g.op.Add(sum.value, g.op.Mul(gradient, g.input('share', [1]))));
    if (states) states.finish(nextStates(building, built.net, states.value, plan.momentum ?? 0.03));
    figures(building, built, gradient);
    return compiled(building, built, () => ({ share: 1 }));
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
