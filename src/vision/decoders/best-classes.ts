import { bestOf } from './values.js';

/** Best class of each of N boxes, its memory used again for each picture. */
export class BestClasses {
  /** -Infinity or NaN where a box has no class at all. */
  scores = new Float32Array(0);
  classIds = new Int32Array(0);

  /** From scores `[C, N]`, class by class, as they lie in memory; a class below `floor` does not count. */
  findInColumns(all: Float32Array, count: number, floor: number): void {
    this.#reserve(count);
    this.scores.fill(-Infinity, 0, count);
    const whole = count - (count % 4);
    for (let start = 0, classId = 0; start < all.length; start += count, classId++) {
      const scores = all.subarray(start, start + count);
      // Hardly any score reaches the floor: looking at four at a time takes a quarter of the time.
      for (let box = 0; box < whole; box += 4) {
        const some =
          scores[box] >= floor || scores[box + 1] >= floor || scores[box + 2] >= floor || scores[box + 3] >= floor;
        if (some) this.#take(scores, box, box + 4, classId, floor);
      }
      this.#take(scores, whole, count, classId, floor);
    }
  }

  /** From rows of `width` numbers, the C scores of a row starting at its number `offset`. */
  findInRows(data: Float32Array, width: number, offset: number, classes: number): void {
    const count = data.length / width;
    this.#reserve(count);
    for (let box = 0, at = offset; box < count; box++, at += width) {
      const classId = bestOf(data, at, 1, classes);
      this.classIds[box] = classId;
      this.scores[box] = classId < 0 ? -Infinity : data[at + classId];
    }
  }

  /** From scores and class ids that the graph has found: number i of them at `step * i`. */
  copy(scores: Float32Array, classIds: Float32Array, step: number, count: number): void {
    this.#reserve(count);
    for (let box = 0, at = 0; box < count; box++, at += step) {
      this.scores[box] = scores[at];
      this.classIds[box] = classIds[at];
    }
  }

  #take(scores: Float32Array, from: number, to: number, classId: number, floor: number): void {
    for (let box = from; box < to; box++) {
      if (!(scores[box] >= floor && scores[box] > this.scores[box])) continue;
      this.scores[box] = scores[box];
      this.classIds[box] = classId;
    }
  }

  #reserve(count: number): void {
    if (this.scores.length >= count) return;
    this.scores = new Float32Array(count);
    this.classIds = new Int32Array(count);
  }
}
