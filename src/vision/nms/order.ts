const BITS = 11;
const BINS = 1 << BITS;
const MASK = BINS - 1;

/**
 * Sorts indices by float32 score, highest first, stable: of equal scores the index that came first stays first.
 * Radix sort over the bits of the scores, three passes of 11 bits; memory is kept between calls.
 */
export class ScoreOrder {
  #keys = new Uint32Array(0);
  #otherKeys = new Uint32Array(0);
  #otherIndices = new Uint32Array(0);
  readonly #bins = new Uint32Array(3 * BINS);

  /** Sorts `indices[0, count)` in place. Scores may be any number but NaN. */
  sort(scores: Float32Array, indices: Uint32Array, count: number): void {
    if (this.#keys.length < count) this.#grow(indices.length);
    this.#fillKeys(scores, indices, count);
    let [keys, from, otherKeys, to]: Uint32Array[] = [this.#keys, indices, this.#otherKeys, this.#otherIndices];
    for (let pass = 0; pass < 3; pass++) {
      const start = pass * BINS;
      if (this.#bins[start + ((keys[0] >>> (pass * BITS)) & MASK)] === count) continue;
      scatter(keys, from, otherKeys, to, this.#bins.subarray(start, start + BINS), pass * BITS, count);
      [keys, from, otherKeys, to] = [otherKeys, to, keys, from];
    }
    if (from !== indices) indices.set(from.subarray(0, count));
  }

  #fillKeys(scores: Float32Array, indices: Uint32Array, count: number): void {
    const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
    const keys = this.#keys;
    const bins = this.#bins;
    bins.fill(0);
    for (let i = 0; i < count; i++) {
      const raw = bits[indices[i]];
      // Ascending keys for descending scores; -0 equals 0.
      const key = raw >>> 31 === 0 ? ~raw & 0x7fffffff : raw === 0x80000000 ? 0x7fffffff : raw;
      keys[i] = key;
      bins[key & MASK]++;
      bins[BINS + ((key >>> BITS) & MASK)]++;
      bins[2 * BINS + (key >>> (2 * BITS))]++;
    }
  }

  #grow(capacity: number): void {
    this.#keys = new Uint32Array(capacity);
    this.#otherKeys = new Uint32Array(capacity);
    this.#otherIndices = new Uint32Array(capacity);
  }
}

function scatter(
  keys: Uint32Array,
  from: Uint32Array,
  otherKeys: Uint32Array,
  to: Uint32Array,
  bins: Uint32Array,
  shift: number,
  count: number,
): void {
  let sum = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const size = bins[bin];
    bins[bin] = sum;
    sum += size;
  }
  for (let i = 0; i < count; i++) {
    const key = keys[i];
    const place = bins[(key >>> shift) & MASK]++;
    otherKeys[place] = key;
    to[place] = from[i];
  }
}
