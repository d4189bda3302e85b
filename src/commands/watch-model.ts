import type { Settings } from '#config/settings.js';
import { type Capacity, capacityOf } from '#core/capacity.js';
import type { Engine } from '#core/engine.js';
import type { Logger } from '#core/logger.js';
import type { SourceRules } from '#core/source-rules.js';
import { BufferPool } from '#media/buffer-pool.js';
import type { LiveShared } from '#pipeline/live/live-camera.js';
import { sharedInference } from '#pipeline/live/shared-inference.js';
import { ThroughputMeter } from '#pipeline/live/throughput-meter.js';
import { openEngine } from '#runtime/engine.js';
import type { EngineOptions } from '#runtime/engine-options.js';
import type { Metrics } from '#server/metrics.js';
import { liveSettings } from './watch-plans.js';

/** A loaded model with all that its cameras share. */
export interface WatchModel {
  readonly engine: Engine;
  readonly shared: LiveShared;
  /** Undefined before the first inference. */
  capacity(): Capacity | undefined;
}

/** Buffers that are kept for frames to come: a few per camera. */
const IDLE_BUFFERS = 64;
/** Detections below this are never asked for: a tracker's lowest score. */
const SCORE_FLOOR = 0.1;

/** One camera gets its answer soonest from all cores at once; frames of several come at the same time. */
export function tuning(settings: Settings, sources: readonly string[]): Partial<EngineOptions> {
  const count = sources.length > 0 ? sources.length : Object.keys(settings.cameras).length;
  const { score, perClass } = settings.suppression;
  const goal = count > 1 ? 'concurrency' : 'latency';
  const scoreFloor = Math.min(SCORE_FLOOR, score, ...Object.values(perClass));
  return { goal, scoreFloor, maxBatch: count > 1 ? settings.live.batchSize : 1 };
}

/** @throws LookoutError as {@link openEngine} */
export async function openModel(options: EngineOptions, around: Around): Promise<WatchModel> {
  return modelAround(await openEngine(options), around);
}

export interface Around {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly pageRules: SourceRules;
}

/** What cameras share around an engine, by the section `live` of the settings. */
export function modelAround(engine: Engine, { settings: all, metrics, logger, pageRules }: Around): WatchModel {
  const settings = liveSettings(all);
  const { card, device, workers } = engine;
  const pool = new BufferPool({ limit: IDLE_BUFFERS });
  const { batchSize, batchWaitMs } = settings;
  const meter = new ThroughputMeter(workers);
  const inference = sharedInference({
    ...{ engine, batchSize, batchWaitMs, telemetry: metrics },
    recycle: (data) => pool.give(data),
    ran: (frames, inferenceMs) => meter.ran(frames, inferenceMs),
  });
  metrics.model({ name: card.name, sha256: card.model.sha256, device: device.ran });
  return {
    engine,
    shared: { card, inference, pool, settings, telemetry: metrics, logger, pageRules },
    capacity: () => (meter.framesPerSecond === undefined ? undefined : capacityOf(meter.framesPerSecond)),
  };
}
