/** The least delay is remembered for so long at most, so that a clock that runs slow is not taken for one that lags. */
const WINDOW_MS = 120_000;

/** The least delay (arrival minus timestamp) of a stream in the last minutes: that of the packets which nothing held up. */
export class BestDelay {
  #best = Infinity;
  #bestBefore = Infinity;
  #windowFrom: number | undefined;

  /** ms; Infinity before the first packet. */
  get ms(): number {
    return Math.min(this.#best, this.#bestBefore);
  }

  /** A packet arrived. `nowMs` is on a steady clock. @returns its delay, ms */
  arrived(pts: number, nowMs: number): number {
    const delay = nowMs - pts * 1000;
    this.#windowFrom ??= nowMs;
    if (nowMs - this.#windowFrom > WINDOW_MS) {
      this.#bestBefore = this.#best;
      this.#best = Infinity;
      this.#windowFrom = nowMs;
    }
    this.#best = Math.min(this.#best, delay);
    return delay;
  }
}
