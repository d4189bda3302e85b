/** How late things were ready in the last seconds. */
export interface LatenessOptions {
  readonly windowMs: number;
  readonly mostSamples: number;
}

/** Short: a standstill of the network must not keep the picture back for longer than it takes to be forgotten. */
export const LATENESS: LatenessOptions = { windowMs: 4000, mostSamples: 200 };

/**
 * Lateness is the time at which something was ready minus the media time that it belongs to, ms: an arbitrary constant plus
 * what the way took. A playhead that runs at `now - lateness` at the 95th percentile finds 95 % of the things there.
 */
export class Lateness {
  readonly #samples: { readonly at: number; readonly value: number }[] = [];

  constructor(private readonly options: LatenessOptions = LATENESS) {}

  /** @param at when it was ready, ms; @param mediaTime seconds */
  add(at: number, mediaTime: number): void {
    const samples = this.#samples;
    samples.push({ at, value: at - mediaTime * 1000 });
    const { windowMs, mostSamples } = this.options;
    while (samples.length > mostSamples || samples[0]!.at < at - windowMs) samples.shift();
  }

  get count(): number {
    return this.#samples.length;
  }

  /** The smallest value that at least `share` of the samples do not exceed, ms; undefined without samples. */
  quantile(share: number): number | undefined {
    const values = this.#samples.map(({ value }) => value).sort((a, b) => a - b);
    return values[Math.max(0, Math.ceil(values.length * share) - 1)];
  }

  /** The fastest, ms. */
  least(): number | undefined {
    return this.quantile(0);
  }

  clear(): void {
    this.#samples.length = 0;
  }
}
