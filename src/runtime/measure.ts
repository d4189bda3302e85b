import type { Measurement, Share, ShareFigures } from './probe-protocol.js';
import { ThreadPool } from './thread-pool.js';
import type { Feed, Ready, RunReply, RunRequest, WorkerSettings } from './worker-protocol.js';

const SCRIPT = new URL('./inference-worker.js', import.meta.url);

/** Inference threads for a model. */
export function openPool(size: number, settings: WorkerSettings): Promise<ThreadPool<Ready, RunRequest, RunReply>> {
  return ThreadPool.open(size, { script: SCRIPT, settings });
}

function copyOf(feeds: readonly Feed[]): Feed[] {
  return feeds.map((feed) => ({ ...feed, parts: feed.parts.map((part) => part.slice()) }));
}

async function figuresOf(request: Measurement, share: Share): Promise<ShareFigures> {
  const { model, provider, budgetMs } = request;
  const pool = await openPool(share.workers, { model, session: { provider, threads: share.threads } });
  try {
    let [runs, deadline] = [0, 0];
    const work = async () => {
      let feeds: readonly Feed[] = copyOf(request.feeds);
      do {
        const transfer = feeds.flatMap(({ parts }) => parts.map((part) => part.buffer as ArrayBuffer));
        ({ feeds } = await pool.run({ feeds }, transfer));
        runs += 1;
      } while (performance.now() < deadline);
    };
    const all = () => Promise.all(Array.from({ length: share.workers }, work));
    await all();
    const [started, before] = [performance.now(), process.cpuUsage()];
    runs = 0;
    deadline = started + budgetMs;
    await all();
    const [ms, cpu] = [performance.now() - started, process.cpuUsage(before)];
    return { ...share, runsPerSecond: (1000 * runs) / ms, cpuMs: (cpu.user + cpu.system) / 1000 / runs };
  } finally {
    await pool.close();
  }
}

/** Runs per second and CPU time per run of each way to share out the cores, one after the other. */
export async function measure(request: Measurement): Promise<readonly ShareFigures[]> {
  const figures: ShareFigures[] = [];
  for (const share of request.shares) figures.push(await figuresOf(request, share));
  return figures;
}
