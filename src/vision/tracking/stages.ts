import type { TrackState } from '#core/track.js';
import { centreArea, centreHeight, type Motion } from './motion.js';
import type { TrackerOptions } from './options.js';

/** One round of association among what earlier rounds left over. */
export interface Stage {
  readonly scores: 'high' | 'low';
  /** Tracks that take part, by their state after the frame before. */
  readonly tracks: readonly TrackState[];
  /** Largest cost of a match. */
  readonly limit: number;
  /** Cost 1 - IoU * score instead of 1 - IoU. */
  readonly fuseScore: boolean;
}

/** What tells one algorithm from another. */
export interface Plan {
  readonly motion: Motion;
  readonly stages: readonly Stage[];
}

/** ByteTrack, algorithm 1 of arXiv 2110.06864 and its published code, and SORT, arXiv 1602.00763. */
export function planOf(options: TrackerOptions): Plan {
  const { matchLimit, lowMatchLimit, tentativeMatchLimit } = options;
  if (options.algorithm === 'sort') {
    const tracks: TrackState[] = ['tentative', 'confirmed', 'lost'];
    return { motion: centreArea, stages: [{ scores: 'high', tracks, limit: matchLimit, fuseScore: false }] };
  }
  return {
    motion: centreHeight,
    stages: [
      { scores: 'high', tracks: ['confirmed', 'lost'], limit: matchLimit, fuseScore: true },
      { scores: 'low', tracks: ['confirmed'], limit: lowMatchLimit, fuseScore: false },
      { scores: 'high', tracks: ['tentative'], limit: tentativeMatchLimit, fuseScore: true },
    ],
  };
}
