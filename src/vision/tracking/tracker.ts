import type { Detection } from '#core/detection.js';
import type { Stamp } from '#core/stamp.js';
import type { Track } from '#core/track.js';
import type { TrackerOptions } from './options.js';

/**
 * Gives detections an identity over time. Pure: the same detections and stamps give the same tracks.
 *
 * Ids start at 1 and rise; within an epoch none is given twice. A new epoch forgets everything.
 */
export interface Tracker {
  /**
   * Takes the detections of the next frame and returns those that belong to a confirmed track, by score, highest first
   * (ties by id). Each carries all that its detection has (landmarks too). Call it for frames without detections as well.
   * Time comes from `stamp.pts`, so frames may be missing or uneven; where it does not rise, one reference frame is assumed.
   * Boxes without area, beyond +-1e7 px, or of no number are left out.
   */
  update(detections: readonly Detection[], stamp: Stamp): Track[];
  /** Forgets everything; the next id is 1. */
  reset(): void;
  /** All that is needed to go on exactly here, as plain JSON (see `restoreTracker`). */
  toJSON(): TrackerState;
}

/** A tracker at rest. */
export interface TrackerState {
  readonly version: 1;
  readonly options: TrackerOptions;
  /** Null before the first frame, and for files. */
  readonly epoch: number | null;
  /** Frames taken in this epoch. */
  readonly frame: number;
  /** Of the newest frame, null before the first. */
  readonly pts: number | null;
  /** Seconds since the first frame, pauses and jumps evened out. */
  readonly clock: number;
  readonly nextId: number;
  readonly tracks: readonly SavedTrack[];
}

/** One track of a {@link TrackerState}. */
export interface SavedTrack {
  /** 0 until confirmed. */
  readonly id: number;
  readonly state: 'tentative' | 'confirmed' | 'lost';
  /** Number of the frame in which it was born, and of the last one in which it was matched, both from 1. */
  readonly born: number;
  readonly seen: number;
  /** The clock when it was last matched. */
  readonly seenAt: number;
  /** Frames in which it was matched. */
  readonly hits: number;
  readonly classId: number;
  readonly filter: readonly number[];
}
