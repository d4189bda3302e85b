/** Counts events and says how many came per second since it was last asked. */
export class RateMeter {
  #count = 0;
  #from: number | undefined;

  count(): void {
    this.#count += 1;
  }

  /** Events per second, rounded to 0.1, since the last call; 0 at the first. `nowMs` is on a steady clock. */
  rate(nowMs: number): number {
    const seconds = this.#from === undefined ? 0 : (nowMs - this.#from) / 1000;
    const rate = seconds > 0 ? Math.round((this.#count / seconds) * 10) / 10 : 0;
    this.#from = nowMs;
    this.#count = 0;
    return rate;
  }
}
