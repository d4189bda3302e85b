import type { Letterbox } from '#core/letterbox.js';
import { pictureSize } from '#vision/letterbox.js';

/** What a look at a picture's samples says. `blank`: one colour all over. `frozen`: the same picture for too long. */
export type PictureVerdict = 'fine' | 'blank' | 'frozen';

const SAMPLES_PER_SIDE = 32;
/** Largest difference between samples of a picture that shows nothing. */
const BLANK_RANGE = 3;

/**
 * Looks at 32 x 32 points of the green plane of each picture. Black and grey pictures (a decoder without a key frame, a camera
 * that starts) have no variance; a frozen picture repeats every sample for longer than `frozenMs`.
 */
export class PictureCheck {
  readonly #frozenMs: number;
  #last = 0;
  #changedAt: number | undefined;

  /** @param frozenMs 0 never calls a picture frozen */
  constructor(frozenMs: number) {
    this.#frozenMs = frozenMs;
  }

  /** @param nowMs on a steady clock */
  look(data: Uint8Array, letterbox: Letterbox, nowMs: number): PictureVerdict {
    const { width, height } = pictureSize(letterbox);
    const { input, left, top } = letterbox;
    let [least, most, hash] = [255, 0, 0x811c9dc5];
    for (let row = 0; row < SAMPLES_PER_SIDE; row += 1) {
      const y = top + Math.floor(((row + 0.5) * height) / SAMPLES_PER_SIDE);
      const line = input.width * (input.height + y) + left;
      for (let column = 0; column < SAMPLES_PER_SIDE; column += 1) {
        const value = data[line + Math.floor(((column + 0.5) * width) / SAMPLES_PER_SIDE)]!;
        if (value < least) least = value;
        if (value > most) most = value;
        hash = Math.imul(hash ^ value, 0x01000193); // FNV-1a
      }
    }
    if (hash !== this.#last || this.#changedAt === undefined) {
      this.#last = hash;
      this.#changedAt = nowMs;
    }
    if (most - least <= BLANK_RANGE) return 'blank';
    return this.#frozenMs > 0 && nowMs - this.#changedAt >= this.#frozenMs ? 'frozen' : 'fine';
  }
}
