import { availableParallelism, totalmem } from 'node:os';
import type { Goal } from './engine-options.js';
import type { Share, ShareFigures } from './probe-protocol.js';

/** How a model is run on this machine. */
export interface Plan extends Share {
  readonly provider: string;
  /** Pictures that one run may hold. */
  readonly maxBatch: number;
  /** Why `auto` did not take a faster provider. */
  readonly fellBack: readonly string[];
}

export interface ShareWishes {
  readonly goal: Goal;
  readonly workers?: number;
  readonly threads?: number;
  readonly cores?: number;
}

/** Copies of its weights that a worker may need, packed for the processor and not. */
const COPIES = 3;

/**
 * Ways to share out the cores that are worth measuring. For throughput one single-threaded worker per core is usually best
 * (no waiting between the parts of one operator), for the latency of one picture one worker with all cores.
 */
export function sharesFor({ goal, workers, threads, cores = availableParallelism() }: ShareWishes): readonly Share[] {
  if (workers !== undefined && threads !== undefined) return [{ workers, threads }];
  if (workers !== undefined) return [{ workers, threads: Math.max(1, Math.floor(cores / workers)) }];
  if (threads !== undefined) {
    return [{ workers: goal === 'latency' ? 1 : Math.max(1, Math.floor(cores / threads)), threads }];
  }
  const splits = goal === 'latency' ? [1, cores, Math.ceil(cores / 2)] : [1, cores, 2, 4];
  const shares = splits
    .filter((each) => each <= cores)
    .map((each) => ({ workers: goal === 'latency' ? 1 : Math.floor(cores / each), threads: each }));
  return shares.filter((share, at) => shares.findIndex((other) => other.threads === share.threads) === at);
}

/** Leaves out shares whose workers together would fill the memory; the smallest stays. */
export function affordable(shares: readonly Share[], modelBytes: number, memory = totalmem()): readonly Share[] {
  const fitting = shares.filter(({ workers }) => workers * COPIES * modelBytes < memory / 2);
  if (fitting.length > 0) return fitting;
  return [shares.reduce((least, share) => (share.workers < least.workers ? share : least))];
}

/** Speed that is given up for less CPU time. */
const TOLERANCE = 0.95;

/** The share with the most runs per second; among those nearly as fast the one with the least CPU time, then the fewest workers. */
export function bestShare(figures: readonly ShareFigures[]): Share {
  const most = Math.max(...figures.map(({ runsPerSecond }) => runsPerSecond));
  const near = figures.filter(({ runsPerSecond }) => runsPerSecond >= TOLERANCE * most);
  const [best] = [...near].sort((a, b) => a.cpuMs - b.cpuMs || a.workers - b.workers);
  return { workers: best!.workers, threads: best!.threads };
}
