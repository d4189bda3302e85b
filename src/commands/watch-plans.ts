import type { LoadedSettings } from '#config/load.js';
import type { Settings } from '#config/settings.js';
import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import type { CameraPlan, LiveSettings } from '#pipeline/live/camera-plan.js';
import { trackedDetection } from '#pipeline/tracked-detection.js';
import { detectOptions } from './engine-settings.js';

type CameraSettings = Exclude<Settings['cameras'][string], string>;

const UNSET: Omit<CameraSettings, 'source'> = {
  ...{ analysisSource: null, fps: null, score: null, perClass: null, classes: null, zones: [], masks: [] },
  ...{ tracker: null, transport: null, hwaccel: null, loop: true },
};

/** `NAME=SOURCE` or `SOURCE`; sources without a name are cam1, cam2, ... */
export function namedSources(sources: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [index, text] of sources.entries()) {
    const [, given, rest] = /^([^=:/\\?]{1,100})=(.+)$/.exec(text) ?? [];
    const name = given ?? `cam${index + 1}`;
    if (named[name] !== undefined)
      throw new LookoutError('config', `two cameras are called ${name}; give each a name of its own`);
    named[name] = rest ?? text;
  }
  return named;
}

/** What each camera is to do: those of the command line, or else those of the configuration. */
export function cameraPlans(loaded: LoadedSettings, sources: readonly string[], card: Card): CameraPlan[] {
  const cameras = sources.length > 0 ? namedSources(sources) : loaded.settings.cameras;
  return Object.entries(cameras).map(([name, each]) =>
    cameraPlan(name, typeof each === 'string' ? { ...UNSET, source: each } : each, { loaded, card }),
  );
}

/** The plan of a camera that the page adds: the settings for all, nothing of its own, and no way beyond what is open to it. */
export function plainPlan(camera: string, source: string, from: { loaded: LoadedSettings; card: Card }): CameraPlan {
  return { ...cameraPlan(camera, { ...UNSET, source }, from), fromPage: true };
}

function cameraPlan(
  camera: string,
  own: CameraSettings,
  { loaded, card }: { readonly loaded: LoadedSettings; readonly card: Card },
): CameraPlan {
  const { live, sampling } = loaded.settings;
  const shared = detectOptions(loaded, card.labels);
  const chosen = {
    ...shared,
    ...(own.score !== null && { score: own.score }),
    ...(own.perClass !== null && { scores: own.perClass }),
    ...(own.classes !== null && { labels: own.classes }),
  };
  const tracker = own.tracker ?? live.tracker;
  const fps = own.fps ?? sampling.fps ?? undefined;
  const hwaccel = own.hwaccel ?? live.hwaccel ?? undefined;
  return {
    camera,
    source: own.source,
    ...(own.analysisSource !== null && { analysisSource: own.analysisSource }),
    ...(fps !== undefined && { fps }),
    ...trackedDetection(chosen, card, tracker),
    zones: own.zones,
    masks: own.masks,
    transport: own.transport ?? live.transport,
    ...(hwaccel !== undefined && { hwaccel }),
    loop: own.loop,
  };
}

/** The section `live` in the pipeline's terms. */
export function liveSettings({ live }: Settings): LiveSettings {
  const { batchSize, batchWaitMs, reconnectMs, connectTimeoutMs, stallTimeoutMs } = live;
  const { frozenSeconds, maxLagMs, pauseUnwatched, pictureSide } = live;
  return {
    ...{ batchSize, batchWaitMs, reconnectMs, connectTimeoutMs, stallTimeoutMs },
    ...{ frozenMs: frozenSeconds * 1000, maxLagMs, pauseUnwatched, pictureSide },
  };
}
