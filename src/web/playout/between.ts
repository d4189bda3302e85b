import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import type { DetectionRecord, ObservationRecord } from '#core/record.js';

/**
 * The detections at a moment between two observations of an epoch: objects with the same track id move in a straight line
 * from one to the other; what was seen in one of them only is shown on its side of the middle.
 */
export function between(before: ObservationRecord, after: ObservationRecord, pts: number): DetectionRecord[] {
  const span = after.pts - before.pts;
  const share = span > 0 ? Math.min(1, Math.max(0, (pts - before.pts) / span)) : 0;
  const nearer = share < 0.5 ? before : after;
  const ends = new Map(after.detections.map((detection) => [detection.track_id, detection]));
  const moving = before.detections.flatMap((start) => {
    const end = start.track_id === undefined ? undefined : ends.get(start.track_id);
    return end === undefined ? [] : [moved(start, end, share)];
  });
  const tracked = new Set(moving.map(({ track_id }) => track_id));
  const others = nearer.detections.filter(({ track_id }) => track_id === undefined || !tracked.has(track_id));
  return [...moving, ...others];
}

function moved(start: DetectionRecord, end: DetectionRecord, share: number): DetectionRecord {
  const mix = (a: number, b: number) => a + (b - a) * share;
  const box = start.box.map((value, i) => mix(value, end.box[i]!)) as unknown as Box;
  const points = start.landmarks?.length === end.landmarks?.length ? end.landmarks : undefined;
  const landmarks = points?.map((point, k) => point.map((value, i) => mix(start.landmarks![k]![i]!, value)));
  const { landmarks: _, ...nearer } = share < 0.5 ? start : end;
  return { ...nearer, box, ...(landmarks && { landmarks: landmarks as unknown as Landmark[] }) };
}
