import type { Card } from '#core/card.js';
import type { DetectOptions } from '#vision/detect.js';
import { DEFAULT_SCORE } from '#vision/suppress.js';
import { type TrackerOptions, trackerOptions } from '#vision/tracking/options.js';

/** What is to be shown, and what gives it an identity. */
export interface TrackedDetection {
  /** Which boxes are shown. */
  readonly detection: DetectOptions;
  /** Absent: detections keep no identity. */
  readonly tracking?: Partial<TrackerOptions>;
}

/**
 * Tracks begin with what is shown: from the score that somebody chose, or the card's. As for detections, a threshold that
 * somebody chose for all goes before the card's of a single class.
 */
export function trackedDetection(
  detection: DetectOptions,
  { thresholds = {} }: Pick<Card, 'thresholds'>,
  tracker: TrackerOptions['algorithm'] | 'none',
): TrackedDetection {
  const score = detection.score ?? thresholds.score ?? DEFAULT_SCORE;
  const scores = { ...(detection.score === undefined && thresholds.perClass), ...detection.scores };
  const shown = { ...detection, score, scores };
  if (tracker === 'none') return { detection: shown };
  const highScore = Math.min(score, ...Object.values(scores));
  return { detection: shown, tracking: { algorithm: tracker, highScore, newScore: score, newScores: scores } };
}

/**
 * What the detector must report. ByteTrack keeps tracks alive by detections below the score from which they begin, of every
 * label; without it, what is shown.
 */
export function detectionFor({ detection, tracking }: TrackedDetection): DetectOptions {
  if (tracking === undefined) return detection;
  const { algorithm, lowScore } = trackerOptions(tracking);
  if (algorithm !== 'bytetrack') return detection;
  const { scores = {} } = detection;
  const score = Math.min(lowScore, ...Object.values(scores), detection.score ?? lowScore);
  return { ...detection, score, scores: Object.fromEntries(Object.keys(scores).map((label) => [label, score])) };
}
