import type { Box } from './box.js';
import type { Detection } from './detection.js';
import type { Landmark } from './landmark.js';
import type { Observation } from './observation.js';
import type { Size } from './size.js';

/** One detection on disk and on the wire. Keys that do not apply are absent. */
export interface DetectionRecord {
  readonly label: string;
  readonly class_id: number;
  /** 0..1, rounded to 0.0001. */
  readonly score: number;
  /** `[x1, y1, x2, y2]`, px of `frame`, rounded to 0.01. */
  readonly box: Box;
  readonly track_id?: number;
  /** `[x, y, visibility]`, rounded to 0.01. */
  readonly landmarks?: readonly Landmark[];
}

/** One frame on disk (a line of `.jsonl`) and on the wire. Keys that do not apply are absent. */
export interface ObservationRecord {
  readonly source: string;
  readonly camera?: string;
  readonly epoch?: number;
  readonly seq: number;
  /** Seconds, rounded to 1 microsecond. */
  readonly pts: number;
  /** Milliseconds since the Unix epoch, an integer. */
  readonly captured_at?: number;
  readonly frame: Size;
  readonly detections: readonly DetectionRecord[];
}

/**
 * The one JSON shape of an observation. Keys come in a fixed order and numbers are rounded, so equal observations give
 * equal bytes under `JSON.stringify`.
 * @throws RangeError when a number is not finite: JSON cannot hold it.
 */
export function toRecord({ stamp, detections }: Observation): ObservationRecord {
  const { source, camera, epoch, seq, pts, capturedAt, size } = stamp;
  return {
    source,
    ...(camera !== undefined && { camera }),
    ...(epoch !== undefined && { epoch }),
    seq,
    pts: rounded(pts, 1e6),
    ...(capturedAt !== undefined && { captured_at: rounded(capturedAt, 1) }),
    frame: { width: size.width, height: size.height },
    detections: detections.map(detectionRecord),
  };
}

function detectionRecord(detection: Detection & { readonly trackId?: number }): DetectionRecord {
  const { label, classId, score, box, trackId, landmarks } = detection;
  return {
    label,
    class_id: classId,
    score: rounded(score, 1e4),
    box: [rounded(box[0], 100), rounded(box[1], 100), rounded(box[2], 100), rounded(box[3], 100)],
    ...(trackId !== undefined && { track_id: trackId }),
    ...(landmarks !== undefined && {
      landmarks: landmarks.map(([x, y, v]): Landmark => [rounded(x, 100), rounded(y, 100), rounded(v, 100)]),
    }),
  };
}

/** Nearest multiple of `1 / steps`, ties upwards; never -0. */
function rounded(value: number, steps: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`toRecord: expected finite numbers, got ${value}`);
  return Math.round(value * steps) / steps + 0;
}
