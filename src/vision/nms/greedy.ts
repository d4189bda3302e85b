import { KeptBoxes } from './kept-boxes.js';
import type { Ranked } from './ranked.js';

/**
 * Greedy non-max suppression: a box is kept unless a better one that is kept and lies in the same bucket overlaps it by
 * IoU > threshold, strictly, as in `torchvision.ops.batched_nms`. Empty boxes neither suppress nor are suppressed.
 * Memory is kept between calls.
 */
export class GreedyNms {
  readonly #kept = new KeptBoxes();

  /** Writes the rows of the boxes that stay, best first, to `rows`; returns their number, at most `limit`. */
  run(ranked: Ranked, threshold: number, limit: number, rows: Uint32Array): number {
    const { boxes, buckets, order, count } = ranked;
    const kept = this.#kept;
    kept.prepare(ranked, threshold);
    for (let rank = 0; rank < count && kept.size < limit; rank++) {
      const row = order[rank];
      const bucket = buckets[row];
      if (kept.suppress(boxes, row, bucket)) continue;
      rows[kept.size] = row;
      kept.keep(bucket);
    }
    return kept.size;
  }
}
