/** The best delay is remembered for so long, so that a camera whose clock runs slow is not taken for one that lags. */
const WINDOW_MS = 120_000;

/**
 * Tells when a stream falls behind: the delay of its frames (arrival minus timestamp) beyond the best of the last minutes.
 * A short burst that catches up, as after a standstill of our own, is no lag.
 */
export class LagGuard {
  readonly #mostMs: number;
  readonly #patienceMs: number;
  #best = Infinity;
  #bestBefore = Infinity;
  #windowFrom: number | undefined;
  #lateSince: number | undefined;

  /** @param mostMs lag that is borne, 0 for any; @param patienceMs how long a larger one may last */
  constructor(mostMs: number, patienceMs: number) {
    this.#mostMs = mostMs;
    this.#patienceMs = patienceMs;
  }

  /** @returns the lag in ms where it was too large for too long, undefined otherwise. `nowMs` is on a steady clock. */
  late(pts: number, nowMs: number): number | undefined {
    const delay = nowMs - pts * 1000;
    this.#windowFrom ??= nowMs;
    if (nowMs - this.#windowFrom > WINDOW_MS) {
      this.#bestBefore = this.#best;
      this.#best = Infinity;
      this.#windowFrom = nowMs;
    }
    this.#best = Math.min(this.#best, delay);
    const lag = delay - Math.min(this.#best, this.#bestBefore);
    if (this.#mostMs === 0 || lag <= this.#mostMs) {
      this.#lateSince = undefined;
      return undefined;
    }
    this.#lateSince ??= nowMs;
    return nowMs - this.#lateSince >= this.#patienceMs ? lag : undefined;
  }
}
