/** The whole state of a {@link Random}: four uint32 that may be written to disk and read back. */
export type RandomState = readonly [number, number, number, number];

/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018, "Scrambled linear pseudorandom number generators"),
 * seeded by the finaliser of MurmurHash3. The same seed gives the same numbers on every machine; never for secrets.
 *
 * Streams are named by numbers: `new Random(seed, epoch, index)` is independent of every other triple, so that work
 * can be split over threads without changing a single draw.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param keys any integers; they are taken modulo 2^32 */
  constructor(...keys: number[]) {
    let hash = 0x9e3779b9 ^ keys.length;
    for (const key of keys) {
      if (!Number.isInteger(key)) throw new RangeError(`Random: expected integer keys, got ${key}`);
      hash = mix((hash ^ mix((key | 0) + 0x6d2b79f5)) + 0x9e3779b9);
    }
    this.#a = mix(hash + 0x9e3779b9);
    this.#b = mix(hash + 0x3c6ef372);
    this.#c = mix(hash + 0xdaa66d2b);
    this.#d = mix(hash + 0x78dde6e4) | 1;
  }

  /** Continues where a state was taken. */
  static from(state: RandomState): Random {
    if (state.length !== 4 || !state.some((word) => word !== 0)) {
      throw new RangeError('Random.from: expected four uint32, not all zero');
    }
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#d] = state.map((word) => word | 0) as [number, number, number, number];
    return random;
  }

  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** Uniform in 0..2^32-1. */
  uint32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 32 bits. */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** A uniform integer in 0..count-1, without bias. */
  below(count: number): number {
    if (!(Number.isInteger(count) && count > 0 && count <= 0x1_0000_0000)) {
      throw new RangeError(`Random.below: expected an integer in 1..2^32, got ${count}`);
    }
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % count);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % count;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** Standard normal (Box & Muller 1958; one number per call, so that the state is all there is). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }

  /** One element of a list that is not empty. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!;
  }

  /** Shuffles in place (Fisher & Yates) and gives the same list back. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = items[last];
      items[last] = items[other];
      items[other] = kept;
    }
    return items;
  }
}

/** fmix32 of MurmurHash3 (Appleby): a bijection of 32 bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
