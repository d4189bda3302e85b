import type { TrackState } from '#core/track.js';
import { centreArea, centreHeight, type Motion } from './motion.js';
import type { TrackerOptions } from './options.js';

/** One round of association among what earlier rounds left over. */
export interface Stage {
  readonly scores: 'high' | 'low';
  /** Tracks that take part, by their state after the frame before. */
  readonly tracks: readonly TrackState[];
  /** 1 - IoU, 1 - IoU * score, or the squared distance in standard deviations of the track's filter. */
  readonly cost: 'iou' | 'iou-score' | 'distance';
  /** Largest cost of a match. */
  readonly limit: number;
}

/** What tells one algorithm from another. */
export interface Plan {
  readonly motion: Motion;
  readonly stages: readonly Stage[];
}

/**
 * SORT, arXiv 1602.00763, and ByteTrack, algorithm 1 of arXiv 2110.06864 and its published code, each with a last stage of
 * our own: a live camera is analysed a few times a second, and what is quick or small has left its box by then. What no
 * track overlaps goes to one that was seen in the frame before and may have got there, by its filter (DeepSORT's gate).
 */
export function planOf(options: TrackerOptions): Plan {
  const { matchLimit, lowMatchLimit, tentativeMatchLimit, reach } = options;
  const last: Stage[] =
    reach > 0 ? [{ scores: 'high', tracks: ['tentative', 'confirmed'], cost: 'distance', limit: reach ** 2 }] : [];
  if (options.algorithm === 'sort') {
    const tracks: TrackState[] = ['tentative', 'confirmed', 'lost'];
    return { motion: centreArea, stages: [{ scores: 'high', tracks, cost: 'iou', limit: matchLimit }, ...last] };
  }
  return {
    motion: centreHeight,
    stages: [
      { scores: 'high', tracks: ['confirmed', 'lost'], cost: 'iou-score', limit: matchLimit },
      { scores: 'low', tracks: ['confirmed'], cost: 'iou', limit: lowMatchLimit },
      { scores: 'high', tracks: ['tentative'], cost: 'iou-score', limit: tentativeMatchLimit },
      ...last,
    ],
  };
}
