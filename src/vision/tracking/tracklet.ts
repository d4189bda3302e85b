import type { Box } from '#core/box.js';
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

/**
 * What is reported of a track that was matched in this frame: its detection, with the filter's box where that is asked
 * for. The fields are named one by one: a spread costs more than all the rest of the tracker.
 */
export function reported(track: Tracklet, frame: number, filteredBy?: Motion): Track {
  const { box: detected, classId, label, score, landmarks } = track.detection!;
  const box = filteredBy === undefined ? detected : filteredBox(track.filter, filteredBy);
  const { id: trackId, state } = track;
  const age = frame - track.born + 1;
  if (landmarks === undefined) return { box, classId, label, score, trackId, age, state };
  return { box, classId, label, score, landmarks, trackId, age, state };
}

function filteredBox(filter: Float64Array, motion: Motion): Box {
  const corners = new Float64Array(4);
  motion.write(filter, corners, 0);
  return [corners[0], corners[1], corners[2], corners[3]];
}

export function saved({ id, state, born, seen, seenAt, hits, classId, filter }: Tracklet): SavedTrack {
  return { id, state, born, seen, seenAt, hits, classId, filter: [...filter] };
}

export function restored(track: SavedTrack): Tracklet {
  const { id, state, born, seen, seenAt, hits, classId } = track;
  const filter = Float64Array.from(track.filter);
  return { id, state, born, seen, seenAt, hits, classId, filter, detection: undefined };
}
