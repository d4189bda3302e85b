import type { DetectionRecord, ObservationRecord } from '#core/record.js';
import { between } from './between.js';
import type { ObservationLog } from './observation-log.js';
import type { Pace } from './pace.js';
import type { FrameStamp } from './timeline.js';

/** What is drawn over a frame, and how far it can be trusted. */
export type Boxes =
  /** Computed from this very frame. */
  | { readonly kind: 'exact'; readonly observation: ObservationRecord }
  /** The frame was not analysed: estimated from the analysed ones before and after it. */
  | { readonly kind: 'estimated'; readonly observation: ObservationRecord }
  /** Of an earlier frame. */
  | { readonly kind: 'held'; readonly observation: ObservationRecord; readonly ageSeconds: number }
  | { readonly kind: 'none' };

/** wait: the frame's own observation may still come; skip: it will not, and frames without are not shown. */
export type Choice = Boxes | 'wait' | 'skip';

/** Boxes older than this say nothing about a picture. */
const HELD_SECONDS = 1;
/** Two analysed frames further apart than this say nothing about the frames between them. */
const ESTIMATED_SECONDS = 2.5;
/** A picture without analysis is shown plainly after this long without observations. */
export const PATIENCE_SECONDS = 2;

/**
 * Which boxes belong to a frame.
 * @param shownFor seconds of media time since the first frame of the stream: before the first observation there is patience
 */
export function chooseBoxes(log: ObservationLog, frame: FrameStamp, pace: Pace, shownFor: number): Choice {
  const { epoch, pts } = frame;
  const observation = log.at(epoch, pts);
  if (observation !== undefined) return { kind: 'exact', observation };
  const { before, after } = log.around(epoch, pts);
  if (pace === 'exact') return undecided(log.newest(epoch), frame, shownFor);
  if (pace === 'smooth' && before && after && after.pts - before.pts <= ESTIMATED_SECONDS) {
    return { kind: 'estimated', observation: estimate(before, between(before, after, pts), pts) };
  }
  const ageSeconds = before === undefined ? Number.POSITIVE_INFINITY : pts - before.pts;
  if (before === undefined || ageSeconds > HELD_SECONDS) return { kind: 'none' };
  return { kind: 'held', observation: before, ageSeconds };
}

/** Observations come in order: after a later one this frame's will not come any more. */
function undecided(newest: ObservationRecord | undefined, { pts }: FrameStamp, shownFor: number): Choice {
  if (newest === undefined) return shownFor < PATIENCE_SECONDS ? 'wait' : { kind: 'none' };
  if (newest.pts > pts) return 'skip';
  return pts - newest.pts < PATIENCE_SECONDS ? 'wait' : { kind: 'none' };
}

function estimate(before: ObservationRecord, detections: DetectionRecord[], pts: number): ObservationRecord {
  return { ...before, pts, detections };
}
