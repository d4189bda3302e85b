/** Between a network's many parameters and the one flat vector that a step carries. Letters: P parameters, S states. */

import type { Target } from '#autodiff/rule.js';
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { Source } from './net.js';

interface Slot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly size: number;
}

/** The WebGPU provider binds at most 12 buffers to one operator: 8 pieces at a time. */
const GPU_PIECES = 8;

function chunks<T>(list: readonly T[], length: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, index) =>
    list.slice(index * length, (index + 1) * length),
  );
}

function splitSizes(g: GraphBuilder, flat: Value, sizes: readonly number[], most: number): readonly Value[] {
  if (sizes.length === 1) return [flat];
  if (sizes.length <= most) return g.split(flat, sizes, 0);
  const groups = chunks(sizes, Math.ceil(sizes.length / most));
  const parts = g.split(
    flat,
    groups.map((group) => group.reduce((a, b) => a + b, 0)),
    0,
  );
  return groups.flatMap((group, index) => splitSizes(g, parts[index]!, group, most));
}

function mostPieces(target: Target): number {
  return target === 'webgpu' ? GPU_PIECES : Number.POSITIVE_INFINITY;
}

/** Takes a flat vector apart: the value of each slot, by name, in its own shape. */
export function unflatten(
  g: GraphBuilder,
  flat: Value,
  slots: readonly Slot[],
  target: Target,
): ReadonlyMap<string, Value> {
  if (slots.length === 0) return new Map();
  const pieces = splitSizes(
    g,
    flat,
    slots.map(({ size }) => size),
    mostPieces(target),
  );
  return new Map(slots.map(({ name, dims }, index) => [name, g.reshape(pieces[index]!, dims)] as const));
}

/** Joins values into one vector. */
export function flatten(g: GraphBuilder, values: readonly Value[], target: Target): Value {
  let pieces: readonly Value[] = values.map((value) => (value.dims.length === 1 ? value : g.reshape(value, [-1])));
  const most = mostPieces(target);
  while (pieces.length > 1) {
    pieces = chunks(pieces, Math.min(most, pieces.length)).map((group) =>
      group.length === 1 ? group[0]! : g.op.Concat(...(group as [Value, ...Value[]]), { axis: 0 }),
    );
  }
  return pieces[0]!;
}

/** Parameters and states from two maps. @throws RangeError for a name that the layout does not have. */
export function sourceOf(parameters: ReadonlyMap<string, Value>, states: ReadonlyMap<string, Value>): Source {
  const find = (map: ReadonlyMap<string, Value>, name: string, dims: readonly number[]) => {
    const value = map.get(name);
    if (String(value?.dims) === String(dims)) return value!;
    throw new RangeError(`the layout has "${name}" as [${value?.dims ?? 'nothing'}], the network asks for [${dims}]`);
  };
  return {
    parameter: (name, { dims }) => find(parameters, name, dims),
    state: (name, { dims }) => find(states, name, dims),
  };
}
