import { filter, map, type Observable } from 'rxjs';
import type { Observation } from '#core/observation.js';
import type { Telemetry } from '#core/telemetry.js';
import type { Detect } from '#vision/detect.js';
import type { Tracker } from '#vision/tracking/tracker.js';
import type { createZoneFilter } from '#vision/zones.js';
import type { LiveFrame } from './live-frame.js';
import type { Inferred, SharedInference } from './shared-inference.js';

/** What the way of one camera's frames to its observations is made of. */
export interface LiveAnalysis {
  readonly camera: string;
  readonly shared: SharedInference;
  readonly detect: Detect;
  readonly zones: ReturnType<typeof createZoneFilter>;
  /** The tracker of an epoch: ids begin anew with each connection. */
  readonly trackerOf: (epoch: number) => Tracker | undefined;
  /** Takes the buffer of a frame that is not analysed. */
  readonly recycle: (data: Uint8Array<ArrayBuffer>) => void;
  readonly telemetry: Telemetry;
  readonly failed: (error: unknown) => void;
}

/** An observation and the frame that it is of; the frame's pixels are gone. */
export interface Analysed {
  readonly observation: Observation;
  readonly frame: LiveFrame;
}

/**
 * The pipeline, live: Frame -> RawOutput -> Detection[] -> Track[] -> Observation, all cameras through one model, the
 * newest frame of each winning.
 */
export function analyseLive(frames: Observable<LiveFrame>, analysis: LiveAnalysis): Observable<Analysed> {
  const { camera, shared, telemetry, recycle, failed } = analysis;
  const overtaken = (frame: LiveFrame) => {
    telemetry.frame(camera, 'overtaken');
    recycle(frame.data);
  };
  return frames.pipe(
    shared.lane(overtaken),
    filter((inferred) => {
      if (!('error' in inferred)) return true;
      telemetry.frame(camera, 'failed');
      failed(inferred.error);
      return false;
    }),
    map((inferred) => observed(inferred as Exclude<Inferred, { error: unknown }>, analysis)),
  );
}

function observed(
  { frame, outputs, read, inferenceMs, startedAt }: Exclude<Inferred, { error: unknown }>,
  { camera, detect, zones, trackerOf, telemetry }: LiveAnalysis,
): Analysed {
  const { stamp, letterbox, arrivedAt, decodedAt } = frame;
  const begun = performance.now();
  const found = detect(outputs, letterbox);
  read();
  const wanted = zones ? zones(found, stamp.size) : found;
  const suppressed = performance.now();
  const detections = trackerOf(stamp.epoch ?? 0)?.update(wanted, stamp) ?? wanted;
  telemetry.stage(camera, 'decode', Math.max(0, decodedAt - arrivedAt) / 1000);
  telemetry.stage(camera, 'wait', (startedAt - decodedAt) / 1000);
  telemetry.stage(camera, 'inference', inferenceMs / 1000);
  telemetry.stage(camera, 'suppress', (suppressed - begun) / 1000);
  telemetry.stage(camera, 'track', (performance.now() - suppressed) / 1000);
  return { observation: { stamp, detections }, frame };
}
