import type { Observable, Subscription } from 'rxjs';
import { messageOf } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import { createDetect } from '#vision/detect.js';
import { createTracker } from '#vision/tracking/create.js';
import type { Tracker } from '#vision/tracking/tracker.js';
import { createZoneFilter } from '#vision/zones.js';
import { detectionFor } from '../tracked-detection.js';
import { type Analysed, analyseLive } from './analyse-live.js';
import type { CameraPlan } from './camera-plan.js';
import type { LiveShared } from './live-camera.js';
import type { LiveFrame } from './live-frame.js';
import { RateMeter } from './rate-meter.js';

/** Failed inferences are logged this often at most, ms. */
const LOG_EVERY_MS = 5000;

/** The analysis of one camera over all of its connections. */
export class CameraAnalysis {
  readonly #plan: CameraPlan;
  readonly #shared: LiveShared;
  readonly #rate = new RateMeter();
  readonly #subscription: Subscription;
  #tracker: { readonly epoch: number; readonly tracker: Tracker } | undefined;
  #loggedAt = -Infinity;

  /** @throws LookoutError kind `config` for labels that the model does not have */
  constructor(
    plan: CameraPlan,
    shared: LiveShared,
    frames: Observable<LiveFrame>,
    told: (observation: Observation) => void,
  ) {
    this.#plan = plan;
    this.#shared = shared;
    const { telemetry, pool, card, inference } = shared;
    this.#subscription = analyseLive(frames, {
      camera: plan.camera,
      shared: inference,
      detect: createDetect(card, detectionFor(plan)),
      zones: createZoneFilter(plan),
      trackerOf: (epoch) => this.#trackerOf(epoch),
      recycle: (data) => pool.give(data),
      telemetry,
      failed: (error) => this.#failed(error),
    }).subscribe((analysed) => this.#published(analysed, told));
  }

  /** Frames analysed per second since it was last asked. */
  rate(nowMs: number): number {
    return this.#rate.rate(nowMs);
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  #published({ observation, frame }: Analysed, told: (observation: Observation) => void): void {
    const { camera } = this.#plan;
    const { telemetry } = this.#shared;
    const begun = performance.now();
    told(observation);
    const now = performance.now();
    this.#rate.count();
    telemetry.stage(camera, 'publish', (now - begun) / 1000);
    telemetry.endToEnd(camera, (now - frame.arrivedAt) / 1000);
    telemetry.frame(camera, 'analysed');
  }

  #trackerOf(epoch: number): Tracker | undefined {
    const { tracking } = this.#plan;
    if (!tracking) return undefined;
    if (this.#tracker?.epoch !== epoch) this.#tracker = { epoch, tracker: createTracker(tracking) };
    return this.#tracker.tracker;
  }

  #failed(error: unknown): void {
    const now = performance.now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#shared.logger.error({ camera: this.#plan.camera }, `inference failed: ${messageOf(error)}`);
  }
}
