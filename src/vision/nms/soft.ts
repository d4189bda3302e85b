import type { Drop } from './explained.js';
import type { Ranked } from './ranked.js';
import { rowIou } from './row-iou.js';

/** How overlap lowers a score: `linear` by 1 - IoU above the IoU threshold, `gaussian` by exp(-IoU^2 / sigma) always. */
export interface SoftNms {
  readonly method: 'linear' | 'gaussian';
  /** Width of the gaussian; 0.5 by default. */
  readonly sigma?: number;
}

export interface SoftOptions extends SoftNms {
  readonly threshold: number;
  readonly limit: number;
  /** Least score of a row that still counts. */
  readonly floorOf: (row: number) => number;
  readonly tell?: (drop: Drop) => void;
}

/**
 * Soft non-max suppression (Bodla et al. 2017, arXiv:1704.04503, figure 2): the best box is kept, the scores of the others of its
 * bucket decay with their overlap, and so on. Of equal scores the lower rank goes first.
 *
 * A score only ever falls, so a stale one is an upper bound: it is brought up to date when its box reaches the head of a heap,
 * not whenever a box is kept.
 * @returns rows and their decayed scores, best first.
 */
export function softNms(
  ranked: Ranked,
  scores: Float32Array,
  options: SoftOptions,
): { rows: Uint32Array; scores: Float32Array } {
  const { count, order } = ranked;
  const decayed = Float64Array.from({ length: count }, (_, rank) => scores[order[rank]]);
  const seen = new Uint32Array(count);
  // Ranks by score: already a heap, for the ranking is sorted.
  const heap = Uint32Array.from({ length: count }, (_, rank) => rank);
  const kept: number[] = [];
  let size = count;
  while (size > 0 && (kept.length < options.limit || options.tell)) {
    const rank = heap[0];
    const alive = refresh(rank);
    if (alive && isFirst(rank)) {
      if (kept.length < options.limit) kept.push(rank);
      else options.tell?.({ index: order[rank], reason: 'limit' });
      heap[0] = heap[--size];
    } else if (!alive) heap[0] = heap[--size];
    sink();
  }
  return {
    rows: Uint32Array.from(kept, (rank) => order[rank]),
    scores: Float32Array.from(kept, (rank) => decayed[rank]),
  };

  /** Lets the boxes kept since the last visit lower the score; false where it fell below its floor. */
  function refresh(rank: number): boolean {
    const row = order[rank];
    for (; seen[rank] < kept.length; seen[rank]++) {
      const by = order[kept[seen[rank]]];
      if (ranked.buckets[by] !== ranked.buckets[row]) continue;
      const iou = rowIou(ranked.boxes, by, row);
      decayed[rank] *= weightOf(iou, options);
      if (Math.fround(decayed[rank]) >= options.floorOf(row)) continue;
      options.tell?.({ index: row, reason: 'decayed', by, iou });
      return false;
    }
    return true;
  }

  function isFirst(rank: number): boolean {
    return !(size > 1 && isBefore(heap[1], rank)) && !(size > 2 && isBefore(heap[2], rank));
  }

  function isBefore(a: number, b: number): boolean {
    return decayed[a] > decayed[b] || (decayed[a] === decayed[b] && a < b);
  }

  function sink(): void {
    let at = 0;
    for (;;) {
      let best = 2 * at + 1;
      if (best >= size) return;
      if (best + 1 < size && isBefore(heap[best + 1], heap[best])) best++;
      if (!isBefore(heap[best], heap[at])) return;
      [heap[at], heap[best]] = [heap[best], heap[at]];
      at = best;
    }
  }
}

function weightOf(iou: number, { method, sigma = 0.5, threshold }: SoftOptions): number {
  if (method === 'gaussian') return Math.exp(-(iou * iou) / sigma);
  return iou > threshold ? 1 - iou : 1;
}
