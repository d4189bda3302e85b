import { map, type OperatorFunction } from 'rxjs';
import type { Detection } from '#core/detection.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Observation } from '#core/observation.js';
import type { RawOutput } from '#core/tensor.js';
import type { Inferred } from './inferred.js';

/**
 * Raw outputs decoded, duplicates suppressed by IoU, boxes mapped to the source picture. The outputs go to `reuse` as soon
 * as they are read.
 */
export function detected(
  detect: (outputs: RawOutput, letterbox: Letterbox) => Detection[],
  reuse: (outputs: RawOutput) => void,
): OperatorFunction<Inferred, Observation> {
  return map(({ stamp, outputs, letterbox }) => {
    const detections = detect(outputs, letterbox);
    reuse(outputs);
    return { stamp, detections };
  });
}
