import { Grid } from './grid.js';
import type { Ranked } from './ranked.js';

const COARSE = 1024;
const FEW = 16;
const [X1, Y1, X2, Y2, AREA] = [0, 1, 2, 3, 4];

/**
 * The boxes that a greedy suppression has kept so far, found by bucket and place.
 *
 * Each lies in two chains: one per bucket, and one per (bucket, grid cell of its centre), both headed by a small hash table;
 * a chain may hold other buckets' boxes too. IoU > t needs an overlap of more than t times the longer side on each axis,
 * hence centres nearer than max(1 - t, (1/t - 1) / 2) of the candidate's own side: only those cells are searched.
 *
 * Arithmetic is float32 like torchvision's, step by step: the IoU that is compared is the very same number.
 */
export class KeptBoxes {
  size = 0;
  #threshold = 0;
  #reach = 0;
  #fineMask = -1;
  readonly #candidate = new Float32Array(5);
  #values = new Float32Array(0);
  #buckets = new Int32Array(0);
  #coarseNext = new Int32Array(0);
  #fineNext = new Int32Array(0);
  #fineHeads = new Int32Array(0);
  readonly #coarseHeads = new Int32Array(COARSE);
  readonly #coarseSizes = new Int32Array(COARSE);
  readonly #grid = new Grid();

  /** Forgets all and makes room for the boxes to come. */
  prepare(ranked: Ranked, threshold: number): void {
    const { count } = ranked;
    this.size = 0;
    this.#threshold = threshold;
    this.#reach = Math.max(1 - threshold, (1 / threshold - 1) / 2) * 1.0001 + 1e-4;
    this.#coarseHeads.fill(-1);
    this.#coarseSizes.fill(0);
    if (this.#buckets.length < count) this.#grow(2 ** Math.ceil(Math.log2(count)));
    const gridPays = count > 8 * FEW && threshold > 0 && this.#grid.fit(ranked);
    this.#fineMask = gridPays ? 2 ** Math.ceil(Math.log2(count)) - 1 : -1;
    this.#fineHeads.fill(-1, 0, this.#fineMask + 1);
  }

  /** Whether a kept box of the bucket overlaps row `row` of `boxes` by IoU > threshold; the row becomes the candidate. */
  suppress(boxes: Float32Array, row: number, bucket: number): boolean {
    const candidate = this.#candidate;
    const x1 = boxes[row * 4];
    const y1 = boxes[row * 4 + 1];
    const x2 = boxes[row * 4 + 2];
    const y2 = boxes[row * 4 + 3];
    candidate[X1] = x1;
    candidate[Y1] = y1;
    candidate[X2] = x2;
    candidate[Y2] = y2;
    candidate[AREA] = Math.fround(Math.fround(x2 - x1) * Math.fround(y2 - y1));
    const slot = bucket & (COARSE - 1);
    const neighbours = this.#coarseSizes[slot];
    if (neighbours > FEW && this.#fineMask >= 0) {
      const reachX = this.#reach * (x2 - x1);
      const reachY = this.#reach * (y2 - y1);
      const firstX = this.#grid.column((x1 + x2) / 2 - reachX);
      const lastX = this.#grid.column((x1 + x2) / 2 + reachX);
      const firstY = this.#grid.row((y1 + y2) / 2 - reachY);
      const lastY = this.#grid.row((y1 + y2) / 2 + reachY);
      if (2 * (lastX - firstX + 1) * (lastY - firstY + 1) < neighbours) {
        for (let y = firstY; y <= lastY; y++) {
          for (let x = firstX; x <= lastX; x++) {
            const head = this.#fineHeads[hash(bucket, x, y) & this.#fineMask];
            if (head >= 0 && this.#chainOverlaps(head, this.#fineNext, bucket)) return true;
          }
        }
        return false;
      }
    }
    return this.#chainOverlaps(this.#coarseHeads[slot], this.#coarseNext, bucket);
  }

  /** Keeps the candidate. */
  keep(bucket: number): void {
    const candidate = this.#candidate;
    const k = this.size++;
    this.#values.set(candidate, k * 5);
    this.#buckets[k] = bucket;
    const slot = bucket & (COARSE - 1);
    this.#coarseNext[k] = this.#coarseHeads[slot];
    this.#coarseHeads[slot] = k;
    this.#coarseSizes[slot]++;
    if (this.#fineMask < 0) return;
    const x = this.#grid.column((candidate[X1] + candidate[X2]) / 2);
    const y = this.#grid.row((candidate[Y1] + candidate[Y2]) / 2);
    const fineSlot = hash(bucket, x, y) & this.#fineMask;
    this.#fineNext[k] = this.#fineHeads[fineSlot];
    this.#fineHeads[fineSlot] = k;
  }

  #chainOverlaps(head: number, next: Int32Array, bucket: number): boolean {
    const values = this.#values;
    const buckets = this.#buckets;
    const candidate = this.#candidate;
    const x1 = candidate[X1];
    const y1 = candidate[Y1];
    const x2 = candidate[X2];
    const y2 = candidate[Y2];
    const area = candidate[AREA];
    const threshold = this.#threshold;
    for (let k = head; k >= 0; k = next[k]) {
      if (buckets[k] !== bucket) continue;
      const at = k * 5;
      const right = Math.min(values[at + X2], x2);
      const left = Math.max(values[at], x1);
      if (right <= left) continue;
      const bottom = Math.min(values[at + Y2], y2);
      const top = Math.max(values[at + Y1], y1);
      if (bottom <= top) continue;
      const shared = Math.fround(Math.fround(right - left) * Math.fround(bottom - top));
      const union = Math.fround(Math.fround(values[at + AREA] + area) - shared);
      if (Math.fround(shared / union) > threshold) return true;
    }
    return false;
  }

  #grow(capacity: number): void {
    this.#values = new Float32Array(capacity * 5);
    this.#buckets = new Int32Array(capacity);
    this.#coarseNext = new Int32Array(capacity);
    this.#fineNext = new Int32Array(capacity);
    this.#fineHeads = new Int32Array(capacity);
  }
}

function hash(bucket: number, x: number, y: number): number {
  return Math.imul(bucket, 0x3c6ef372) ^ Math.imul(y, 0x9e3779b1) ^ x;
}
