import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadedSettings } from '#config/load.js';
import { jsonSchema } from '#config/manual.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { LiveCameras } from '#pipeline/live/live-cameras.js';
import { TrainingRuns } from '#records/training-runs.js';
import { Metrics } from '#server/metrics.js';
import { type RunningServer, startServer } from '#server/server.js';
import { type SourcePolicy, sourceRules } from '#server/source-policy.js';
import { DEMO_VIDEO } from './demo-video.js';
import { greet } from './detect-view.js';
import { engineOptions } from './engine-settings.js';
import { portTrouble } from './free-port.js';
import { interruption } from './interrupt.js';
import { EXIT } from './run.js';
import type { Session } from './settings.js';
import { version } from './version.js';
import type { WatchFlags } from './watch.js';
import { accessOf } from './watch-access.js';
import type { WatchModel } from './watch-model.js';
import { cameraPlans, namedSources, plainPlan } from './watch-plans.js';
import { onReload } from './watch-reload.js';
import { Watched } from './watched.js';

export interface WatchRun {
  readonly sources: readonly string[];
  readonly flags: WatchFlags;
  readonly session: Session;
  /** The settings as they are now. @throws LookoutError kind `config` */
  readonly reload: () => LoadedSettings;
}

/** A second signal, or this long after the first, ends the process whatever is left. */
const LAST_MS = 4500;

/** Runs `lookout watch` until it is told to stop. @returns the exit code */
export async function runWatch(run: WatchRun): Promise<number> {
  const { sources: given, flags, session } = run;
  const { settings, terminal, log } = session;
  namedSources(given);
  const signal = interruption();
  await engineOptions(session, flags);
  await checkPort(session);
  const sources = sourcesOrDemo(given, session);
  const metrics = new Metrics({ version: version(), process: true });
  const pageRules = sourceRules(policyOf(session));
  const watched = await Watched.open({ ...run, sources, metrics, pageRules });
  const closing: (() => Promise<unknown>)[] = [() => watched.close()];
  try {
    const { engine, shared } = watched.model;
    greet(terminal, engine);
    const cameras = new LiveCameras(shared, ({ camera, source }) =>
      plainPlan(camera, source, { loaded: watched.loaded, card: watched.model.engine.card }),
    );
    closing.unshift(() => cameras.close());
    cameras.configure(cameraPlans(session, sources, engine.card));
    const server = await served({ session, cameras, metrics, watched });
    closing.unshift(() => server.close());
    await announce(session, server);
    const stopReload = onReload({ file: session.file, pipeline: flags.pipeline, log }, () => {
      void watched.reload(cameras);
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

/** The model takes seconds to load: who forgot that lookout runs already is told before. */
async function checkPort({ settings: { server } }: Session): Promise<void> {
  if ((await portTrouble(server)) !== 'EADDRINUSE') return;
  const fix = `another program uses it, perhaps lookout itself; stop it, or choose another with --port ${server.port + 1}`;
  throw new LookoutError('config', `port ${server.port} of ${server.host} is taken: ${fix}`);
}

/**
 * Where no camera is named anywhere, the demo street is shown; the page can add cameras beside it. Who names training runs
 * alone wants to see these.
 */
function sourcesOrDemo(given: readonly string[], session: Session): readonly string[] {
  const { settings, terminal } = session;
  if (given.length > 0 || Object.keys(settings.cameras).length > 0) return given;
  if (session.isChosen('server.trainings') && settings.server.trainings.length > 0) return given;
  terminal.print('no camera is named: showing the demo street (lookout watch rtsp://... for a camera of yours)');
  return [`demo=${DEMO_VIDEO}`];
}

interface Served {
  readonly session: Session;
  readonly cameras: LiveCameras;
  readonly metrics: Metrics;
  readonly watched: Watched;
}

function served({ session, cameras, metrics, watched }: Served): Promise<RunningServer> {
  const { host, port, hosts, origins, mostClients } = session.settings.server;
  const { tlsCertificate, tlsKey, trainings } = session.settings.server;
  const web = fileURLToPath(new URL('../web', import.meta.url));
  return startServer({
    ...{ cameras, metrics, version: version(), logger: session.log },
    ...{ host, port, hosts, origins, mostClients, access: accessOf(session) },
    ...(tlsCertificate !== null && tlsKey !== null && { tls: { certificate: tlsCertificate, key: tlsKey } }),
    ...(existsSync(web) && { web }),
    sources: policyOf(session),
    trainings: new TrainingRuns(trainings),
    configSchema: jsonSchema(),
    about: () => aboutModel(watched.model),
  });
}

function policyOf({ settings: { server } }: Session): SourcePolicy {
  const { directories, networks, schemes } = server;
  return { directories, networks, schemes };
}

/** What `/api/v1/about` says of the model. */
function aboutModel({ engine, capacity }: WatchModel): object {
  const { card, device, workers, threadsPerWorker } = engine;
  const { name: model, labels, input } = card;
  return { model, input: input.size, labels, device, workers, threadsPerWorker, capacity: capacity() };
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

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
