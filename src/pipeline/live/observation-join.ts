import type { Observation } from '#core/observation.js';

const MOST_OBSERVATIONS = 512;
const MOST_PICTURES = 64;

/** Joins pictures and observations of equal timestamps, whichever comes first; what finds no partner is forgotten. */
export class ObservationJoin {
  readonly #joined: (jpeg: Uint8Array, observation: Observation) => void;
  readonly #observations = new Map<number, Observation>();
  readonly #pictures = new Map<number, Uint8Array>();
  #newest = -Infinity;

  constructor(joined: (jpeg: Uint8Array, observation: Observation) => void) {
    this.#joined = joined;
  }

  picture(jpeg: Uint8Array, pts: number): void {
    const key = keyOf(pts);
    const observation = this.#observations.get(key);
    if (observation) this.#join(key, jpeg, observation);
    else keep(this.#pictures, key, jpeg, MOST_PICTURES);
  }

  observation(observation: Observation): void {
    const key = keyOf(observation.stamp.pts);
    const jpeg = this.#pictures.get(key);
    if (jpeg) this.#join(key, jpeg, observation);
    else keep(this.#observations, key, observation, MOST_OBSERVATIONS);
  }

  clear(): void {
    this.#observations.clear();
    this.#pictures.clear();
    this.#newest = -Infinity;
  }

  /** Pictures never go back in time. */
  #join(key: number, jpeg: Uint8Array, observation: Observation): void {
    for (const each of this.#pictures.keys()) if (each <= key) this.#pictures.delete(each);
    for (const each of this.#observations.keys()) if (each <= key) this.#observations.delete(each);
    if (key <= this.#newest) return;
    this.#newest = key;
    this.#joined(jpeg, observation);
  }
}

/** Timestamps that went through several clocks agree to a tenth of a millisecond. */
function keyOf(pts: number): number {
  return Math.round(pts * 1e4);
}

function keep<T>(map: Map<number, T>, key: number, value: T, most: number): void {
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}
