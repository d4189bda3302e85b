import { Random } from '#core/random.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import type { DataType } from '#onnx/data-type.js';
import { elementCount } from '#onnx/tensor.js';
import { Net, type Network, type ParameterRequest, type Source, type StateRequest } from './net.js';

/** A parameter in the flat vector of all parameters. */
export interface ParameterSlot extends ParameterRequest {
  readonly name: string;
  /** First element in the flat vector. */
  readonly offset: number;
  readonly size: number;
}

/** A running statistic in the flat vector of all states. */
export interface StateSlot extends StateRequest {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Where everything that a network learns lies in its flat vectors, in the order in which its layers asked. */
export interface Layout {
  readonly parameters: readonly ParameterSlot[];
  readonly states: readonly StateSlot[];
  /** Elements of the flat vector of parameters. */
  readonly parameterCount: number;
  readonly stateCount: number;
}

export interface InputSpec {
  readonly dims: readonly number[];
  readonly type?: DataType;
}

/** Places requests one behind the other; the second request of a name must agree with the first. */
class Slots<R extends { readonly dims: readonly number[] }> {
  readonly list: (R & { readonly name: string; readonly offset: number; readonly size: number })[] = [];
  readonly #values = new Map<string, Value>();
  count = 0;

  place(name: string, request: R, make: () => Value): Value {
    const known = this.#values.get(name);
    if (known) {
      if (String(known.dims) === String(request.dims)) return known;
      throw new RangeError(`"${name}" was [${known.dims}] and is now asked as [${request.dims}]`);
    }
    const size = elementCount(request.dims);
    this.list.push({ ...request, name, offset: this.count, size });
    this.count += size;
    const value = make();
    this.#values.set(name, value);
    return value;
  }
}

/** Finds out what a network learns, by building it once for an input of this shape. */
export function layoutOf(network: Network, input: InputSpec): Layout {
  const g = new GraphBuilder('layout');
  const parameters = new Slots<ParameterRequest>();
  const states = new Slots<StateRequest>();
  const source: Source = {
    parameter: (name, request) => parameters.place(name, request, () => g.input(`parameter:${name}`, request.dims)),
    state: (name, request) => states.place(name, request, () => g.input(`state:${name}`, request.dims)),
  };
  const net = new Net(g, { mode: 'train', source, seed: g.input('seed', [1], 'int64') });
  network(net, g.input('input', input.dims, input.type));
  return {
    parameters: parameters.list,
    states: states.list,
    parameterCount: parameters.count,
    stateCount: states.count,
  };
}

/** Freshly initialised parameters: each depends on the seed and its own name only, so that layers can come and go. */
export function initialParameters(layout: Layout, seed: number): Float32Array {
  const flat = new Float32Array(layout.parameterCount);
  for (const { name, dims, offset, size, initialise } of layout.parameters) {
    initialise(
      flat.subarray(offset, offset + size),
      dims,
      new Random(seed, ...name.split('').map((letter) => letter.charCodeAt(0))),
    );
  }
  return flat;
}

/** Running statistics before the first batch. */
export function initialStates(layout: Layout): Float32Array {
  const flat = new Float32Array(layout.stateCount);
  for (const { offset, size, fill } of layout.states) flat.fill(fill, offset, offset + size);
  return flat;
}

/** A vector that is 1 for the elements of the chosen parameters, 0 elsewhere. */
export function parameterMask(layout: Layout, chosen: (slot: ParameterSlot) => boolean): Float32Array {
  const mask = new Float32Array(layout.parameterCount);
  for (const slot of layout.parameters) if (chosen(slot)) mask.fill(1, slot.offset, slot.offset + slot.size);
  return mask;
}
