import type { TypedArray, TypedTensor } from './session.js';
import type { StateSpec } from './step-protocol.js';

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

interface Slot {
  current: TypedTensor;
  /** What the next run writes into; after a run, what was there before it. */
  other: TypedTensor;
}

/** State tensors, each held twice: a run reads one and writes the other, then they change places. */
export class StepState {
  readonly #slots: ReadonlyMap<string, Slot>;
  #written: readonly string[] = [];

  constructor(specs: readonly StateSpec[]) {
    this.#slots = new Map(specs.map((spec) => [spec.name, { current: zeros(spec), other: zeros(spec) }]));
  }

  current(name: string): TypedTensor {
    return this.#slot(name).current;
  }

  /** Where a run is to write; becomes current by {@link commit}. */
  next(name: string): TypedTensor {
    return this.#slot(name).other;
  }

  commit(names: readonly string[]): void {
    for (const name of names) this.#swap(name);
    this.#written = names;
  }

  /** Takes the last commit back, once. */
  undo(): void {
    for (const name of this.#written) this.#swap(name);
    this.#written = [];
  }

  /** A copy. */
  read(name: string): TypedArray {
    return this.current(name).data.slice();
  }

  /** @throws RangeError for data of another length */
  write(name: string, data: TypedArray): void {
    const { current } = this.#slot(name);
    if (data.length !== current.data.length) {
      throw new RangeError(`StepState.write: ${name} has ${current.data.length} elements, got ${data.length}`);
    }
    (current.data as Float32Array).set(data as Float32Array);
    this.#written = [];
  }

  #swap(name: string): void {
    const slot = this.#slot(name);
    [slot.current, slot.other] = [slot.other, slot.current];
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new RangeError(`StepState: no state named ${name}`);
    return slot;
  }
}

function zeros({ type, dims }: StateSpec): TypedTensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { type, dims, data: new ARRAYS[type](length) };
}
