import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraStatus } from '#core/camera.js';
import type { Engine } from '#core/engine.js';
import type { Observation } from '#core/observation.js';
import type { SourceRules } from '#core/source-rules.js';
import { silent, type Telemetry } from '#core/telemetry.js';
import type { VideoPiece } from '#core/video.js';
import { BufferPool } from '#media/buffer-pool.js';
import type { CameraPlan, LiveSettings } from '#pipeline/live/camera-plan.js';
import type { LiveShared } from '#pipeline/live/live-camera.js';
import { LiveCameras } from '#pipeline/live/live-cameras.js';
import { sharedInference } from '#pipeline/live/shared-inference.js';
import { openEngine } from '#runtime/engine.js';
import { SOURCE_POLICY, sourceRules } from '#server/source-policy.js';
import { writeBrightModel } from '../../support/bright-model.js';

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Open to the page: the files of tests, and one address of this machine; the others of 127.0.0.0/8 are closed. */
export const pageRules: SourceRules = sourceRules({
  ...SOURCE_POLICY,
  ...{ networks: ['127.0.0.1/32'], directories: [tmpdir()] },
});

export const SETTINGS: LiveSettings = {
  batchSize: 4,
  batchWaitMs: 0,
  reconnectMs: [200, 400],
  connectTimeoutMs: 3000,
  stallTimeoutMs: 1500,
  frozenMs: 0,
  maxLagMs: 0,
  pauseUnwatched: false,
  pictureSide: 1280,
};

/** A camera without wishes of its own. */
export function plan(camera: string, source: string, more: Partial<CameraPlan> = {}): CameraPlan {
  const none = { detection: { score: 0.5 }, zones: [], masks: [], transport: 'tcp', loop: true } as const;
  return { camera, source, ...none, ...more };
}

/** The engine of the bright model: a box in each cell of the picture that is bright. */
export function brightEngine(folder: string): Promise<Engine> {
  const model = writeBrightModel(join(folder, 'bright'));
  return openEngine({ model, device: 'cpu', workers: 1, threads: 1, cacheDir: false });
}

export interface Around {
  readonly settings?: Partial<LiveSettings>;
  readonly telemetry?: Telemetry;
  readonly pageRules?: SourceRules;
}

/** Cameras around an engine. */
export function camerasOf(engine: Engine, more: Around = {}): LiveCameras {
  return new LiveCameras(sharedBy(engine, more), ({ camera, source }) => ({ ...plan(camera, source), fromPage: true }));
}

/** What cameras share around an engine. */
export function sharedBy(engine: Engine, more: Around = {}): LiveShared {
  const { card } = engine;
  const pool = new BufferPool();
  const telemetry = more.telemetry ?? silent;
  const settings = { ...SETTINGS, ...more.settings };
  const { batchSize, batchWaitMs } = settings;
  const inference = sharedInference({
    ...{ engine, batchSize, batchWaitMs, telemetry },
    recycle: (data) => pool.give(data),
  });
  return { card, inference, pool, settings, telemetry, logger: quiet, pageRules: more.pageRules ?? pageRules };
}

/** Resolves with the first status of the camera that fits; the present one counts. */
export function untilStatus(
  cameras: LiveCameras,
  camera: string,
  fits: (status: CameraStatus) => boolean,
): Promise<CameraStatus> {
  return new Promise((resolve) => {
    const now = cameras.status(camera);
    if (now && fits(now)) return resolve(now);
    const stop = cameras.onStatus((name, status) => {
      if (name !== camera || !status || !fits(status)) return;
      stop();
      resolve(status);
    });
  });
}

/** The next `count` observations. */
export function observations(cameras: LiveCameras, camera: string, count: number): Promise<Observation[]> {
  return collected(count, (take) => cameras.onObservation(camera, take));
}

/** The longest time between two analysed frames of a camera that goes on while something is done, seconds. */
export async function longestPause(cameras: LiveCameras, camera: string, done: Promise<unknown>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const stop = cameras.onObservation(camera, () => {
    const now = performance.now();
    [last, longest] = [now, Math.max(longest, now - last)];
  });
  await done.finally(stop);
  return Math.max(longest, performance.now() - last) / 1000;
}

/** The observations up to the first that is the last one wanted. */
export function observationsUntil(
  cameras: LiveCameras,
  camera: string,
  isLast: (observation: Observation) => boolean,
): Promise<Observation[]> {
  return collected(isLast, (take) => cameras.onObservation(camera, take));
}

/** The next `count` pieces of video, or pictures. */
export function pieces(
  cameras: LiveCameras,
  camera: string,
  { count, feed = 'video' }: { readonly count: number; readonly feed?: 'video' | 'picture' },
): Promise<VideoPiece[]> {
  return collected(count, (take) =>
    feed === 'video' ? cameras.onVideo(camera, take) : cameras.onPicture(camera, take),
  );
}

function collected<T>(
  until: number | ((value: T) => boolean),
  listen: (take: (value: T) => void) => () => void,
): Promise<T[]> {
  return new Promise((resolve) => {
    const all: T[] = [];
    let isDone = false;
    let stop: (() => void) | undefined;
    stop = listen((value) => {
      if (isDone) return;
      all.push(value);
      isDone = typeof until === 'number' ? all.length === until : until(value);
      if (!isDone) return;
      queueMicrotask(() => stop?.());
      resolve(all);
    });
  });
}
