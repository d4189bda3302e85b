import type { Measurement, Share, ShareFigures } from './probe-protocol.js';
import { ThreadPool } from './thread-pool.js';
import type { Feed, Ready, RunReply, RunRequest, WorkerSettings } from './worker-protocol.js';

/** Rounds that the shares take in turn. */
const TURNS = 3;

const SCRIPT = new URL('./inference-worker.js', import.meta.url);

/** Inference threads for a model. */
export function openPool(size: number, settings: WorkerSettings): Promise<ThreadPool<Ready, RunRequest, RunReply>> {
  return ThreadPool.open(size, { script: SCRIPT, settings });
}

function copyOf(feeds: readonly Feed[]): Feed[] {
  return feeds.map((feed) => ({ ...feed, parts: feed.parts.map((part) => part.slice()) }));
}

type Pool = Awaited<ReturnType<typeof openPool>>;

/** Keeps every thread of a pool at work until the deadline, each at least once. */
async function round(pool: Pool, workers: number, feeds: readonly Feed[], deadline: number): Promise<number> {
  let runs = 0;
  const work = async () => {
    let own: readonly Feed[] = copyOf(feeds);
    do {
      const transfer = own.flatMap(({ parts }) => parts.map((part) => part.buffer as ArrayBuffer));
      ({ feeds: own } = await pool.run({ feeds: own }, transfer));
      runs += 1;
    } while (performance.now() < deadline);
  };
  await Promise.all(Array.from({ length: workers }, work));
  return runs;
}

async function figuresOf(pool: Pool, share: Share, feeds: readonly Feed[], ms: number): Promise<ShareFigures> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const runs = await round(pool, share.workers, feeds, started + ms);
  const [wallMs, cpu] = [performance.now() - started, process.cpuUsage(before)];
  return { ...share, runsPerSecond: (1000 * runs) / wallMs, cpuMs: (cpu.user + cpu.system) / 1000 / runs };
}

/**
 * Runs per second and CPU time per run of each way to share out the cores. They take turns, and the best turn of each counts:
 * what else the machine does meanwhile then disturbs all alike.
 */
export async function measure(request: Measurement): Promise<readonly ShareFigures[]> {
  const { model, provider, feeds, shares, budgetMs } = request;
  const opened = await Promise.all(
    shares.map(async (share) => {
      const pool = await openPool(share.workers, { model, session: { provider, threads: share.threads } });
      return { share, pool };
    }),
  );
  const best = new Map<Share, ShareFigures>();
  for (const { share, pool } of opened) await round(pool, share.workers, feeds, 0);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { share, pool } of opened) {
      const figures = await figuresOf(pool, share, feeds, budgetMs / TURNS);
      if (figures.runsPerSecond > (best.get(share)?.runsPerSecond ?? 0)) best.set(share, figures);
    }
  }
  await Promise.all(opened.map(({ pool }) => pool.close()));
  return shares.map((share) => best.get(share)!);
}
