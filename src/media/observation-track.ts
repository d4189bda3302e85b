import type { Observation } from '#core/observation.js';

const SAME_TIME = 1e-6;

/**
 * Which observation is shown with which frame. Where only some frames were looked at, a frame shows the last observation
 * before it, so that boxes do not flicker: as long as there is a later one, or none is overdue.
 */
export class ObservationTrack {
  readonly #source: AsyncIterator<Observation>;
  #current: Observation | undefined;
  #next: Observation | undefined;
  #gap = 0;
  #begun = false;

  constructor(observations: AsyncIterable<Observation>) {
    this.#source = observations[Symbol.asyncIterator]();
  }

  /** The detections to show at `pts`; calls come in rising order. */
  async at(pts: number): Promise<Observation['detections']> {
    if (!this.#begun) {
      this.#begun = true;
      this.#next = await this.#read();
    }
    while (this.#next && this.#next.stamp.pts <= pts + SAME_TIME) {
      if (this.#current) this.#gap = this.#next.stamp.pts - this.#current.stamp.pts;
      this.#current = this.#next;
      this.#next = await this.#read();
    }
    if (!this.#current) return [];
    const age = pts - this.#current.stamp.pts;
    const due = age <= SAME_TIME || this.#next !== undefined || age < this.#gap - SAME_TIME;
    return due ? this.#current.detections : [];
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #read(): Promise<Observation | undefined> {
    const { done, value } = await this.#source.next();
    return done ? undefined : value;
  }
}
