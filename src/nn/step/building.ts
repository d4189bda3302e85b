import type { Target } from '#autodiff/rule.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import { type Layout, layoutOf } from '../layout.js';
import type { CompiledStep, GradientPlan } from './plan.js';

/** A step while it is written into a graph. */
export interface Building {
  readonly g: GraphBuilder;
  readonly layout: Layout;
  readonly target: Target;
  readonly vectors: Map<string, number>;
  readonly figures: string[];
}

export function start(name: string, plan: GradientPlan): Building {
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
export function carried(
  { g, vectors }: Building,
  name: string,
  length: number,
): { value: Value; finish: (next: Value) => void } {
  vectors.set(name, length);
  return { value: g.input(name, [length]), finish: (next) => g.output(`next/${name}`, next) };
}

/** Declares a vector that only comes out. */
export function given({ g, vectors }: Building, name: string, value: Value): void {
  vectors.set(name, value.dims[0]!);
  g.output(`next/${name}`, value);
}

export function figure({ g, figures }: Building, name: string, value: Value): void {
  figures.push(name);
  g.output(name, g.reshape(value, [1]));
}

/** What has been built, ready to run. */
export function compiled(
  building: Building,
  { targets, seeded }: Pick<CompiledStep, 'targets' | 'seeded'>,
  scalars: CompiledStep['scalars'],
): CompiledStep {
  const { g, layout, vectors, figures: names } = building;
  return { model: g.build(), layout, vectors, targets, seeded, figures: names, scalars };
}
