import { type MonoTypeOperatorFunction, map } from 'rxjs';
import type { Detection } from '#core/detection.js';
import type { Observation } from '#core/observation.js';
import type { Stamp } from '#core/stamp.js';
import type { Track } from '#core/track.js';

/** Detections that are given an identity over time; without a tracker they stay what they are. */
export function tracked(
  tracker: { update(detections: readonly Detection[], stamp: Stamp): readonly Track[] } | undefined,
): MonoTypeOperatorFunction<Observation> {
  return map((observation) =>
    tracker ? { ...observation, detections: tracker.update(observation.detections, observation.stamp) } : observation,
  );
}
