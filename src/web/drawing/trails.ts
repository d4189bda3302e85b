import type { ObservationRecord } from '#core/record.js';

/** Where a track has been: points on the ground, source pixels, oldest first, and how old each is, 0 (now) to 1. */
export interface Trail {
  readonly trackId: number;
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly age: number }[];
}

/** How long a trail is, seconds. */
export const TRAIL_SECONDS = 2.5;

/**
 * The ways of the tracks that are in the newest of these observations; the middle of a box's lower edge stands for the
 * object's place on the ground.
 * @param observations of one epoch, oldest first
 */
export function trailsOf(observations: readonly ObservationRecord[], seconds = TRAIL_SECONDS): Trail[] {
  const newest = observations.at(-1);
  if (newest === undefined) return [];
  const trails = new Map<number, { label: string; points: { x: number; y: number; age: number }[] }>();
  for (const { track_id, label } of newest.detections) {
    if (track_id !== undefined) trails.set(track_id, { label, points: [] });
  }
  for (const { pts, detections } of observations) {
    const age = (newest.pts - pts) / seconds;
    if (age > 1) continue;
    for (const { track_id, box } of detections) {
      if (track_id === undefined) continue;
      trails.get(track_id)?.points.push({ x: (box[0] + box[2]) / 2, y: box[3], age });
    }
  }
  return [...trails].flatMap(([trackId, { label, points }]) => (points.length > 1 ? [{ trackId, label, points }] : []));
}
