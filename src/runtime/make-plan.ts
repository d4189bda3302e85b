import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { decode } from '#vision/decode.js';
import { chooseProvider, requireProvider } from './devices.js';
import type { EngineOptions } from './engine-options.js';
import { batchOf, outputsOf, testFeed } from './examine.js';
import { affordable, bestShare, type Plan, sharesFor } from './plan.js';
import type { Lean, Prepared } from './prepare.js';
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
  /** The same with shrunken outputs, where there is such a thing. */
  readonly lean?: Lean;
  readonly probe: Probe;
  readonly options: Pick<EngineOptions, 'device' | 'workers' | 'threads' | 'goal' | 'maxBatch'>;
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
  if (shares.length === 1 || goal === 'concurrency' || runMs > TOO_SLOW_MS) {
    return { share: first, pictureMs: runMs / (first.workers * first.threads) };
  }
  const { model, feeds } = request;
  const figures = await probe.ask({ ask: 'measure', model, provider: 'cpu', feeds, shares, budgetMs: BUDGET_MS });
  const best = bestShare(figures);
  const { runsPerSecond } = figures.find((each) => each.workers === best.workers && each.threads === best.threads)!;
  return { share: best, pictureMs: 1000 / runsPerSecond };
}

/** Whether the graph with shrunken outputs runs and is read. */
async function leanRuns({ lean, probe, card }: Planning): Promise<boolean> {
  if (!lean) return false;
  const { prepared } = lean;
  const session = { provider: 'cpu', threads: 1 };
  const feeds = [testFeed(prepared, card.input.size, 1)];
  try {
    const { outputs } = await probe.ask({
      ask: 'run',
      model: prepared.bytes,
      session,
      feeds,
      timedRuns: 0,
      verify: false,
    });
    decode(lean.card, outputsOf(prepared, outputs), 0.25);
    return true;
  } catch (error) {
    if (error instanceof LookoutError) return false;
    throw error;
  }
}

/** How many pictures one run may hold. */
async function batchFor(planning: Planning, onCpu: TestRunResult): Promise<number> {
  const { card, options } = planning;
  if (card.input.dims[0] !== -1) return batchOf(card.input);
  // Rows of all pictures come one after another, in any number.
  if (card.decoder.kind === 'end-to-end-numbered') return 1;
  const { maxBatch = FREE_BATCH } = options;
  return maxBatch > 1 && (await batches(planning, onCpu)) ? maxBatch : 1;
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
  const maxBatch = await batchFor(planning, onCpu);
  const trial = { probe, request, onCpu };
  const elsewhere = { workers: workers ?? 1, threads, maxBatch, lean: false };
  if (device !== 'auto' && device !== 'cpu') {
    await requireProvider(device, trial);
    return { provider: device, ...elsewhere, fellBack: [] };
  }
  const cpu = await share(planning, request, onCpu.runMs);
  // Pictures in one run take as long there as one after another, and each would wait for all.
  const isFree = card.input.dims[0] === -1;
  const ownBatch = options.goal === 'concurrency' && isFree ? 1 : maxBatch;
  const here = async () => ({
    provider: 'cpu',
    ...cpu.share,
    maxBatch: ownBatch,
    lean: ownBatch === 1 && (await leanRuns(planning)),
  });
  if (device === 'cpu') return { ...(await here()), fellBack: [] };
  const { provider, fellBack } = await chooseProvider(trial, cpu.pictureMs);
  return provider === 'cpu' ? { ...(await here()), fellBack } : { provider, ...elsewhere, fellBack };
}
