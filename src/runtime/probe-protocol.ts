import type { SessionOptions, TypedTensor } from './session.js';
import type { Failure, Feed } from './worker-protocol.js';

/** How many threads work, and with how many threads each. */
export interface Share {
  readonly workers: number;
  readonly threads: number;
}

/** Loads a model and runs it. */
export interface TestRun {
  readonly ask: 'run';
  readonly model: Uint8Array;
  readonly session: SessionOptions;
  readonly feeds: readonly Feed[];
  /** Runs after the first; their mean is reported. */
  readonly timedRuns: number;
  /** Find out from a profile which providers ran the nodes. */
  readonly verify: boolean;
}

/** Measures ways to share out the cores. */
export interface Measurement {
  readonly ask: 'measure';
  readonly model: Uint8Array;
  readonly provider: string;
  readonly feeds: readonly Feed[];
  readonly shares: readonly Share[];
  /** Time for each share after warming up, ms. */
  readonly budgetMs: number;
}

export type ProbeRequest = TestRun | Measurement;

/** Which provider ran how many nodes. */
export interface Placement {
  readonly provider: string;
  readonly nodes: number;
  /** Convolutions, matrix products and whatever a provider has fused into one. */
  readonly heavyNodes: number;
}

export interface TestRunResult {
  readonly outputs: readonly (readonly [name: string, tensor: TypedTensor])[];
  /** Mean of the timed runs; of the first run where none was asked for. */
  readonly runMs: number;
  readonly placements: readonly Placement[];
}

export interface ShareFigures extends Share {
  readonly runsPerSecond: number;
  /** CPU time of one run, all threads together. */
  readonly cpuMs: number;
}

export type ProbeResult<Request extends ProbeRequest> = Request extends TestRun
  ? TestRunResult
  : readonly ShareFigures[];

export type ProbeReply = { readonly result: TestRunResult | readonly ShareFigures[] } | { readonly failure: Failure };
