import type { Detection } from './detection.js';

/** tentative: seen too few times to be reported; confirmed: matched in this frame; lost: predicted, not seen. */
export type TrackState = 'tentative' | 'confirmed' | 'lost';

/** A detection that has an identity over time. Ids start at 1 and never repeat within an epoch. */
export interface Track extends Detection {
  readonly trackId: number;
  /** Frames since the track was born, 1 in its first frame. */
  readonly age: number;
  readonly state: TrackState;
}
