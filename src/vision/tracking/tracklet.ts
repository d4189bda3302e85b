import type { Detection } from '#core/detection.js';
import type { Track, TrackState } from '#core/track.js';
import { FILTER_VALUES, type Motion } from './motion.js';
import type { SavedTrack } from './tracker.js';

/** A track while the tracker works on it. */
export interface Tracklet {
  id: number;
  state: TrackState;
  born: number;
  seen: number;
  seenAt: number;
  hits: number;
  classId: number;
  readonly filter: Float64Array;
  /** What it was matched with in this frame. */
  detection: Detection | undefined;
}

/** When a frame is: its number, from 1, and the tracker's clock, seconds. */
export interface Moment {
  readonly frame: number;
  readonly clock: number;
}

/** A tentative track of one detection. */
export function born(detection: Detection, motion: Motion, { frame, clock }: Moment): Tracklet {
  const filter = new Float64Array(FILTER_VALUES);
  motion.initiate(filter, detection.box);
  const { classId } = detection;
  return { id: 0, state: 'tentative', born: frame, seen: frame, seenAt: clock, hits: 1, classId, filter, detection };
}

/** Takes a match in. A lost track is found again; a tentative one stays tentative until it is confirmed. */
export function matched(track: Tracklet, detection: Detection, motion: Motion, now: Moment): void {
  motion.correct(track.filter, detection.box);
  if (track.state === 'lost') track.state = 'confirmed';
  track.seen = now.frame;
  track.seenAt = now.clock;
  track.hits++;
  track.classId = detection.classId;
  track.detection = detection;
}

/** What is reported of a track that was matched in this frame. */
export function reported(track: Tracklet, frame: number, filteredBy?: Motion): Track {
  const detection = track.detection!;
  const named = { trackId: track.id, age: frame - track.born + 1, state: track.state };
  if (filteredBy === undefined) return { ...detection, ...named };
  const corners = new Float64Array(4);
  filteredBy.write(track.filter, corners, 0);
  return { ...detection, box: [corners[0], corners[1], corners[2], corners[3]], ...named };
}

export function saved({ id, state, born, seen, seenAt, hits, classId, filter }: Tracklet): SavedTrack {
  return { id, state, born, seen, seenAt, hits, classId, filter: [...filter] };
}

export function restored(track: SavedTrack): Tracklet {
  const { id, state, born, seen, seenAt, hits, classId } = track;
  const filter = Float64Array.from(track.filter);
  return { id, state, born, seen, seenAt, hits, classId, filter, detection: undefined };
}
