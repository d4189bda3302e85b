import { BestDelay } from './best-delay.js';

/**
 * Tells when a stream falls behind: the delay of its frames (arrival minus timestamp) beyond the best of the last minutes.
 * A short burst that catches up, as after a standstill of our own, is no lag.
 */
export class LagGuard {
  readonly #mostMs: number;
  readonly #patienceMs: number;
  readonly #best = new BestDelay();
  #lateSince: number | undefined;

  /** @param mostMs lag that is borne, 0 for any; @param patienceMs how long a larger one may last */
  constructor(mostMs: number, patienceMs: number) {
    this.#mostMs = mostMs;
    this.#patienceMs = patienceMs;
  }

  /** @returns the lag in ms where it was too large for too long, undefined otherwise. `nowMs` is on a steady clock. */
  late(pts: number, nowMs: number): number | undefined {
    const lag = this.#best.arrived(pts, nowMs) - this.#best.ms;
    if (this.#mostMs === 0 || lag <= this.#mostMs) {
      this.#lateSince = undefined;
      return undefined;
    }
    this.#lateSince ??= nowMs;
    return nowMs - this.#lateSince >= this.#patienceMs ? lag : undefined;
  }
}
