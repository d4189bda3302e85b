import { availableParallelism, totalmem } from 'node:os';
import type { Goal } from './engine-options.js';
import type { Share, ShareFigures } from './probe-protocol.js';

/** How a model is run on this machine. */
export interface Plan extends Share {
  readonly provider: string;
  /** Pictures that one run may hold. */
  readonly maxBatch: number;
  /** The graph with shrunken outputs is run. */
  readonly lean: boolean;
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
  if (goal === 'concurrency') {
    return [1, 2, 4]
      .filter((each) => each <= cores)
      .map((each) => ({ workers: Math.floor(cores / each), threads: each }));
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

/** How much faster than the rule of thumb a share must look: a short measurement on a busy machine tells less than that. */
const MARGIN = 1.15;

/** The first share, which the rule of thumb prefers, unless another one is clearly faster. */
export function bestShare(figures: readonly ShareFigures[]): Share {
  const [usual] = figures;
  const fastest = figures.reduce((best, each) => (each.runsPerSecond > best.runsPerSecond ? each : best));
  const { workers, threads } = fastest.runsPerSecond > MARGIN * usual!.runsPerSecond ? fastest : usual!;
  return { workers, threads };
}
