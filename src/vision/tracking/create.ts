import { LookoutError } from '#core/errors.js';
import { FILTER_VALUES } from './motion.js';
import { type TrackerOptions, trackerOptions } from './options.js';
import { StagedTracker } from './staged-tracker.js';
import type { Tracker, TrackerState } from './tracker.js';

/** A tracker of one camera or one file. @throws RangeError for an impossible option. */
export function createTracker(options: Partial<TrackerOptions> = {}): Tracker {
  return new StagedTracker(trackerOptions(options));
}

/**
 * Goes on where `toJSON` was taken: what follows equals what would have followed there, byte for byte.
 * @throws LookoutError kind `output` when the state is not one that this version wrote.
 */
export function restoreTracker(state: unknown): Tracker {
  const saved = state as TrackerState;
  try {
    if (saved.version !== 1) throw new RangeError(`expected version 1, got ${saved.version}`);
    const numbers = [saved.frame, saved.clock, saved.nextId, ...saved.tracks.flatMap((track) => track.filter)];
    if (!numbers.every(Number.isFinite)) throw new RangeError('expected finite numbers');
    if (saved.tracks.some((track) => track.filter.length !== FILTER_VALUES)) {
      throw new RangeError(`expected ${FILTER_VALUES} filter values per track`);
    }
    return new StagedTracker(trackerOptions(saved.options), saved);
  } catch (error) {
    throw new LookoutError('output', 'the saved state of the tracker cannot be read; start the run again', {
      cause: error,
    });
  }
}
