const SMALLEST = 256;

/**
 * Boxes that a decoder proposes, as a structure of arrays that is filled again for each frame: no object per box.
 *
 * Only `[0, count)` of each array is valid, and arrays are replaced when they grow: read them after filling.
 */
export class Candidates {
  /** Number of candidates. */
  count = 0;
  /** float32 `[count, 4]`: x1, y1, x2, y2 in input px (or any other unit, the same for all). */
  boxes: Float32Array;
  /** float32 `[count]`: 0..1. */
  scores: Float32Array;
  /** int32 `[count]`: index into the card's labels. */
  classIds: Int32Array;
  /** float32 `[count, K, 3]`: x, y in the boxes' unit and visibility 0..1. Empty where K is 0. */
  landmarks: Float32Array;
  /** K. */
  readonly landmarkCount: number;

  constructor(landmarkCount = 0, capacity = SMALLEST) {
    this.landmarkCount = landmarkCount;
    this.boxes = new Float32Array(capacity * 4);
    this.scores = new Float32Array(capacity);
    this.classIds = new Int32Array(capacity);
    this.landmarks = new Float32Array(capacity * landmarkCount * 3);
  }

  /** Forgets all candidates and keeps the memory. */
  clear(): void {
    this.count = 0;
  }

  /**
   * Appends a candidate, its landmarks still to be set. A score above 1 (rounding of quantised models) counts as 1.
   * @returns its index, or -1 where it is refused: a value that float32 cannot hold as a finite number, or no area.
   */
  add(x1: number, y1: number, x2: number, y2: number, score: number, classId: number): number {
    const left = Math.fround(x1);
    const top = Math.fround(y1);
    const right = Math.fround(x2);
    const bottom = Math.fround(y2);
    if (!(right > left && bottom > top) || (left + top + right + bottom + score) * 0 !== 0) return -1;
    const index = this.count;
    if (index === this.scores.length) this.#grow();
    const at = index * 4;
    this.boxes[at] = left;
    this.boxes[at + 1] = top;
    this.boxes[at + 2] = right;
    this.boxes[at + 3] = bottom;
    this.scores[index] = Math.min(score, 1);
    this.classIds[index] = classId;
    this.count = index + 1;
    return index;
  }

  /** Sets landmark `k` of the candidate added last. One that is not finite takes the candidate with it. */
  setLandmark(index: number, k: number, x: number, y: number, visibility: number): void {
    if ((Math.fround(x) + Math.fround(y) + visibility) * 0 !== 0) {
      this.count = index;
      return;
    }
    const at = (index * this.landmarkCount + k) * 3;
    this.landmarks[at] = x;
    this.landmarks[at + 1] = y;
    this.landmarks[at + 2] = visibility < 0 ? 0 : Math.min(visibility, 1);
  }

  #grow(): void {
    const capacity = Math.max(SMALLEST, this.scores.length * 2);
    this.boxes = grown(this.boxes, new Float32Array(capacity * 4));
    this.scores = grown(this.scores, new Float32Array(capacity));
    this.classIds = grown(this.classIds, new Int32Array(capacity));
    this.landmarks = grown(this.landmarks, new Float32Array(capacity * this.landmarkCount * 3));
  }
}

function grown<T extends Float32Array | Int32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
