import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadedSettings } from '#config/load.js';
import { jsonSchema } from '#config/manual.js';
import type { Engine } from '#core/engine.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { BufferPool } from '#media/buffer-pool.js';
import { LiveCameras } from '#pipeline/live/live-cameras.js';
import { sharedInference } from '#pipeline/live/shared-inference.js';
import { TrainingRuns } from '#records/training-runs.js';
import { openEngine } from '#runtime/engine.js';
import { Metrics } from '#server/metrics.js';
import { type RunningServer, startServer } from '#server/server.js';
import { greet } from './detect-view.js';
import { engineOptions } from './engine-settings.js';
import { interruption } from './interrupt.js';
import { EXIT } from './run.js';
import type { Session } from './settings.js';
import { keepHeapSteady } from './steady-heap.js';
import { version } from './version.js';
import type { WatchFlags } from './watch.js';
import { accessOf } from './watch-access.js';
import { cameraPlans, liveSettings, namedSources, plainPlan } from './watch-plans.js';
import { onReload } from './watch-reload.js';

export interface WatchRun {
  readonly sources: readonly string[];
  readonly flags: WatchFlags;
  readonly session: Session;
  /** The settings as they are now. @throws LookoutError kind `config` */
  readonly reload: () => LoadedSettings;
}

/** Buffers that are kept for frames to come: a few per camera. */
const IDLE_BUFFERS = 64;
/** Detections below this are never asked for: a tracker's lowest score. */
const SCORE_FLOOR = 0.1;
/** A second signal, or this long after the first, ends the process whatever is left. */
const LAST_MS = 4500;

/** Runs `lookout watch` until it is told to stop. @returns the exit code */
export async function runWatch({ sources: given, flags, session, reload }: WatchRun): Promise<number> {
  const { settings, terminal, log } = session;
  keepHeapSteady();
  namedSources(given);
  const signal = interruption();
  const reading = await engineOptions(session, flags);
  const sources = await sourcesOrDemo(given, session, signal);
  const engine = await openEngine({ ...reading, ...tuning(session, sources) });
  const closing: (() => Promise<unknown>)[] = [() => engine.close()];
  try {
    greet(terminal, engine);
    const metrics = new Metrics({ version: version(), process: true });
    const { card, device } = engine;
    metrics.model({ name: card.name, sha256: card.model.sha256, device: device.ran });
    let loaded: LoadedSettings = session;
    const cameras = livingCameras(engine, { session, metrics, loaded: () => loaded });
    closing.unshift(() => cameras.close());
    cameras.configure(cameraPlans(session, sources, card));
    const server = await served({ session, cameras, metrics, engine });
    closing.unshift(() => server.close());
    await announce(session, server);
    const stopReload = onReload({ file: session.file, pipeline: flags.pipeline, log }, () => {
      loaded = reconfigured({ cameras, engine, sources, reload, log, before: loaded });
      void server.reloadTls().catch((error: unknown) => log.error({}, messageOf(error)));
    });
    closing.unshift(async () => stopReload());
    await aborted(signal);
    log.info({ signal: String(signal.reason) }, 'stopping');
    return EXIT.fine;
  } finally {
    const last = setTimeout(() => process.exit(EXIT.failed), LAST_MS);
    last.unref();
    await Promise.allSettled(closing.map((close) => close()));
    if (settings.log.level === 'trace') log.trace({}, 'stopped');
  }
}

/**
 * Where no camera is named anywhere, the demo street is shown; the page can add cameras beside it. Who names training runs
 * alone wants to see these.
 */
async function sourcesOrDemo(given: readonly string[], session: Session, signal: AbortSignal) {
  const { settings, terminal } = session;
  if (given.length > 0 || Object.keys(settings.cameras).length > 0) return given;
  if (session.isChosen('server.trainings') && settings.server.trainings.length > 0) return given;
  terminal.print('no camera is named: showing the demo street (lookout watch rtsp://... for a camera of yours)');
  const { demoClip } = await import('./demo-clip.js');
  const { video } = await demoClip({ terminal, signal });
  return [`demo=${video}`];
}

/** One camera gets its answer soonest from all cores at once; several fill one worker per core. */
function tuning({ settings }: Session, sources: readonly string[]) {
  const count = sources.length > 0 ? sources.length : Object.keys(settings.cameras).length;
  const { score, perClass } = settings.suppression;
  const goal = count > 1 ? ('throughput' as const) : ('latency' as const);
  const scoreFloor = Math.min(SCORE_FLOOR, score, ...Object.values(perClass));
  return { goal, scoreFloor, maxBatch: count > 1 ? settings.live.batchSize : 1 };
}

interface Living {
  readonly session: Session;
  readonly metrics: Metrics;
  readonly loaded: () => LoadedSettings;
}

function livingCameras(engine: Engine, { session, metrics, loaded }: Living): LiveCameras {
  const settings = liveSettings(session.settings);
  const { card } = engine;
  const { width, height } = card.input.size;
  const pool = new BufferPool(3 * width * height, { limit: IDLE_BUFFERS });
  const { batchSize, batchWaitMs } = settings;
  const recycle = (data: Uint8Array<ArrayBuffer>) => pool.give(data);
  const inference = sharedInference({ engine, batchSize, batchWaitMs, recycle, telemetry: metrics });
  const shared = { card, inference, pool, settings, telemetry: metrics, logger: session.log };
  return new LiveCameras(shared, ({ camera, source }) => plainPlan(camera, source, { loaded: loaded(), card }));
}

interface Served {
  readonly session: Session;
  readonly cameras: LiveCameras;
  readonly metrics: Metrics;
  readonly engine: Engine;
}

function served({ session, cameras, metrics, engine }: Served): Promise<RunningServer> {
  const { host, port, hosts, origins, directories, networks, mostClients } = session.settings.server;
  const { tlsCertificate, tlsKey, trainings } = session.settings.server;
  const web = fileURLToPath(new URL('../web', import.meta.url));
  const { card, device, workers, threadsPerWorker } = engine;
  return startServer({
    ...{ cameras, metrics, version: version(), logger: session.log },
    ...{ host, port, hosts, origins, mostClients, access: accessOf(session) },
    ...(tlsCertificate !== null && tlsKey !== null && { tls: { certificate: tlsCertificate, key: tlsKey } }),
    ...(existsSync(web) && { web }),
    sources: { directories, networks },
    trainings: new TrainingRuns(trainings),
    configSchema: jsonSchema(),
    about: () => ({ model: card.name, input: card.input.size, labels: card.labels, device, workers, threadsPerWorker }),
  });
}

/** Where the page is; with the token that is needed to enter it, where one was made for this run. */
async function announce({ terminal, log, settings }: Session, { url }: RunningServer): Promise<void> {
  const runs = await new TrainingRuns(settings.server.trainings).list();
  terminal.print(`watching at ${url}`);
  for (const { run } of runs.filter(({ record }) => record.state === 'training').slice(0, 3))
    terminal.print(`training run ${run} at ${url}?training=${encodeURIComponent(run)}`);
  terminal.event('listening', { url });
  log.debug({ port: settings.server.port }, 'listening');
}

interface Reconfiguration {
  readonly cameras: LiveCameras;
  readonly engine: Engine;
  readonly sources: readonly string[];
  readonly reload: () => LoadedSettings;
  readonly log: Session['log'];
  readonly before: LoadedSettings;
}

/** Settings with faults change nothing; what needs a new start is said. */
function reconfigured({ cameras, engine, sources, reload, log, before }: Reconfiguration): LoadedSettings {
  try {
    const loaded = reload();
    const { started, stopped } = cameras.configure(cameraPlans(loaded, sources, engine.card));
    log.info({ started, stopped }, 'settings read again');
    const fixed = ['model', 'models', 'inputSize', 'device', 'workers', 'threads', 'live', 'server'] as const;
    const waiting = fixed.filter(
      (key) => JSON.stringify(loaded.settings[key]) !== JSON.stringify(before.settings[key]),
    );
    if (waiting.length > 0) log.warn({ settings: waiting }, 'these settings take effect after a restart');
    return loaded;
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    log.error({}, `settings are kept as they were: ${error.message}`);
    return before;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
