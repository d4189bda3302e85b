import type { Observable } from 'rxjs';
import type { Engine } from '#core/engine.js';
import type { Frame } from '#core/frame.js';
import type { Observation } from '#core/observation.js';
import { detected } from '#operators/detected.js';
import type { Pace } from '#operators/in-order.js';
import { inferred } from '#operators/inferred.js';
import { tracked } from '#operators/tracked.js';
import type { Detect } from '#vision/detect.js';
import type { Tracker } from '#vision/tracking/tracker.js';

/** What the way from a frame to its observation is made of. */
export interface Analysis {
  readonly engine: Engine;
  readonly detect: Detect;
  /** Absent: detections keep no identity. */
  readonly tracker?: Tracker;
  /** Takes a frame's buffer back. */
  readonly recycle: (data: Uint8Array<ArrayBuffer>) => void;
}

/** The pipeline: Frame -> RawOutput -> Detection[] -> Track[] -> Observation. Live and batch differ in the pace alone. */
export function analyse(pace: Pace<Frame>, { engine, detect, tracker, recycle }: Analysis): Observable<Observation> {
  return pace(inferred(engine, recycle)).pipe(
    detected(detect, (outputs) => engine.reuse(outputs)),
    tracked(tracker),
  );
}
