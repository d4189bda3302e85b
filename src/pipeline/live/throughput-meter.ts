/** Weight of the newest run: about a hundred runs are remembered. */
const NEWEST = 0.02;

/**
 * Estimates from the runs as they happen how many frames per second a model would do with all of its workers busy. Runs that
 * have the machine to themselves are faster than those of a full house, so it errs on the high side while little is to do.
 */
export class ThroughputMeter {
  readonly #workers: number;
  #frames = 0;
  #ms = 0;

  constructor(workers: number) {
    this.#workers = workers;
  }

  ran(frames: number, inferenceMs: number): void {
    const isFirst = this.#ms === 0;
    this.#frames = isFirst ? frames : this.#frames + NEWEST * (frames - this.#frames);
    this.#ms = isFirst ? inferenceMs : this.#ms + NEWEST * (inferenceMs - this.#ms);
  }

  /** Undefined before the first run. */
  get framesPerSecond(): number | undefined {
    return this.#ms > 0 ? (this.#workers * this.#frames * 1000) / this.#ms : undefined;
  }
}
