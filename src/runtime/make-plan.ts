import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { chooseProvider, requireProvider } from './devices.js';
import type { EngineOptions } from './engine-options.js';
import { batchOf, outputsOf, testFeed } from './examine.js';
import { affordable, bestShare, type Plan, sharesFor } from './plan.js';
import type { Prepared } from './prepare.js';
import type { Probe } from './probe.js';
import type { Share, TestRun, TestRunResult } from './probe-protocol.js';
import { verifyOutputs } from './verify-card.js';

/** Time that each share of the cores is measured for, ms. */
const BUDGET_MS = 120;
/** Slower models are not measured: so many ms for a run, and the rule of thumb holds. */
const TOO_SLOW_MS = 400;
/** Pictures in one run of a graph of free batch size: beyond this nothing is gained. */
const FREE_BATCH = 16;

export interface Planning {
  readonly card: Card;
  readonly prepared: Prepared;
  readonly probe: Probe;
  readonly options: Pick<EngineOptions, 'device' | 'workers' | 'threads' | 'goal'>;
}

function requestOf({ card, prepared }: Planning, batch: number): TestRun {
  return {
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [testFeed(prepared, card.input.size, batch)],
    timedRuns: 1,
    verify: false,
  };
}

/** Whether two pictures in one run give what each gives alone: some exports declare a free batch and cannot. */
async function batches(planning: Planning, single: TestRunResult): Promise<boolean> {
  try {
    const { outputs } = await planning.probe.ask({ ...requestOf(planning, 2), timedRuns: 0 });
    const pairs = new Map(outputs);
    return single.outputs.every(([name, { dims, data }]) => {
      const pair = pairs.get(name);
      if (dims[0] !== 1 || pair?.dims[0] !== 2 || pair.data.length !== 2 * data.length) return false;
      return data.every(
        (value, at) => Math.abs(Number(value) - Number(pair.data[at])) <= 1e-3 * (1 + Math.abs(Number(value))),
      );
    });
  } catch (error) {
    if (error instanceof LookoutError) return false;
    throw error;
  }
}

async function share(
  planning: Planning,
  request: TestRun,
  runMs: number,
): Promise<{ readonly share: Share; readonly pictureMs: number }> {
  const { options, probe, prepared } = planning;
  const { goal = 'throughput', workers, threads } = options;
  const shares = affordable(sharesFor({ goal, workers, threads }), prepared.bytes.length);
  const first = shares[0]!;
  if (shares.length === 1 || runMs > TOO_SLOW_MS) {
    return { share: first, pictureMs: runMs / (first.workers * first.threads) };
  }
  const { model, feeds } = request;
  const figures = await probe.ask({ ask: 'measure', model, provider: 'cpu', feeds, shares, budgetMs: BUDGET_MS });
  const best = bestShare(figures);
  const { runsPerSecond } = figures.find((each) => each.workers === best.workers && each.threads === best.threads)!;
  return { share: best, pictureMs: 1000 / runsPerSecond };
}

/**
 * Tries the model out: one test inference, decoded as the card says; the device; the share of the cores.
 * @throws LookoutError kind `model` when the model or its card is wrong, `inference` when the device asked for cannot run it
 */
export async function makePlan(planning: Planning): Promise<Plan> {
  const { card, prepared, probe, options } = planning;
  const { device = 'auto', workers, threads = 1 } = options;
  const fixed = batchOf(card.input);
  const request = requestOf(planning, fixed);
  const onCpu = await probe.ask(request);
  verifyOutputs(card, outputsOf(prepared, onCpu.outputs, 0, fixed));
  const free = card.input.dims[0] === -1;
  const maxBatch = free ? ((await batches(planning, onCpu)) ? FREE_BATCH : 1) : fixed;
  const trial = { probe, request, onCpu };
  if (device !== 'auto' && device !== 'cpu') {
    await requireProvider(device, trial);
    return { provider: device, workers: workers ?? 1, threads, maxBatch, fellBack: [] };
  }
  const cpu = await share(planning, request, onCpu.runMs);
  if (device === 'cpu') return { provider: 'cpu', ...cpu.share, maxBatch, fellBack: [] };
  const { provider, fellBack } = await chooseProvider(trial, cpu.pictureMs);
  if (provider === 'cpu') return { provider, ...cpu.share, maxBatch, fellBack };
  return { provider, workers: workers ?? 1, threads, maxBatch, fellBack };
}
