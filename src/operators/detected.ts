import { map, type OperatorFunction } from 'rxjs';
import type { Detection } from '#core/detection.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Observation } from '#core/observation.js';
import type { RawOutput } from '#core/tensor.js';
import type { Inferred } from './inferred.js';

/** Raw outputs decoded, duplicates suppressed by IoU, boxes mapped to the source picture. */
export function detected(
  detect: (outputs: RawOutput, letterbox: Letterbox) => Detection[],
): OperatorFunction<Inferred, Observation> {
  return map(({ stamp, outputs, letterbox }) => ({ stamp, detections: detect(outputs, letterbox) }));
}
