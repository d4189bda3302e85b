import type { Ranked } from './ranked.js';
import { rowIou } from './row-iou.js';

/** Why a candidate above the score threshold is not among the detections. */
export type DropReason =
  /** Below the higher threshold of its own class. */
  | 'score'
  /** Its class was not asked for. */
  | 'class'
  /** A better box overlaps it by more than the threshold. */
  | 'suppressed'
  /** Better boxes lowered its score below the threshold (soft-NMS). */
  | 'decayed'
  /** There were as many better ones as are wanted. */
  | 'limit'
  /** It lies outside of the picture, in the padding. */
  | 'outside';

/** One dropped candidate. */
export interface Drop {
  /** Its index in the candidates. */
  readonly index: number;
  readonly reason: DropReason;
  /** `suppressed`: the best box that suppressed it; `decayed`: the box that brought it below the threshold. */
  readonly by?: number;
  /** IoU with `by`. */
  readonly iou?: number;
}

/**
 * Greedy non-max suppression, the slow and obvious way, telling of each dropped box; the result is that of `GreedyNms`.
 * Boxes beyond the limit still suppress: a box is only dropped by the limit if nothing overlaps it.
 */
export function explainedGreedy(
  ranked: Ranked,
  threshold: number,
  limit: number,
  tell: (drop: Drop) => void,
): Uint32Array {
  const { boxes, buckets, order, count } = ranked;
  const kept: number[] = [];
  for (let rank = 0; rank < count; rank++) {
    const index = order[rank];
    const by = kept.find((better) => buckets[better] === buckets[index] && rowIou(boxes, better, index) > threshold);
    if (by !== undefined) tell({ index, reason: 'suppressed', by, iou: rowIou(boxes, by, index) });
    else if (kept.push(index) > limit) tell({ index, reason: 'limit' });
  }
  return Uint32Array.from(kept.slice(0, limit));
}
