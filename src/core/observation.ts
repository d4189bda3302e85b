import type { Detection } from './detection.js';
import type { Stamp } from './stamp.js';
import type { Track } from './track.js';

/** All that is known about one frame. No pixels. */
export interface Observation {
  readonly stamp: Stamp;
  /** Sorted by score, highest first. */
  readonly detections: readonly (Detection | Track)[];
}
