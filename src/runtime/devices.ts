import { readdirSync } from 'node:fs';
import { LookoutError, messageOf } from '#core/errors.js';
import { misplacement } from './placement.js';
import type { Probe } from './probe.js';
import type { TestRun, TestRunResult } from './probe-protocol.js';
import { knownProviders } from './session.js';

/** Providers that `auto` tries, the most promising first. TensorRT and others take minutes to prepare a model: only when asked for. */
const AUTO = ['cuda', 'dml', 'coreml', 'webgpu'];

/** Time that `auto` gives a provider to load and run a model; an explicit wish gets more. */
const AUTO_TIMEOUT_MS = 8_000;
const ASKED_TIMEOUT_MS = 180_000;

/** Largest difference to the CPU's results, relative to the largest value of an output. */
const MAX_DIFFERENCE = 0.02;

const HINTS: Readonly<Record<string, string>> = {
  cuda: 'CUDA is not bundled; bring it with `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js`',
  tensorrt:
    'TensorRT is not bundled; bring it with `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js`',
  webgpu: 'WebGPU needs a Vulkan, Metal or Direct3D 12 driver',
};

/** The first sentence of the runtime's words, without source paths. */
function brief(error: unknown): string {
  const lines = messageOf(error).split('\n');
  return lines[0]!
    .replace(/^.*? was false\. /, '')
    .replace(/\/\S+\.(cc|h):\d+ /, '')
    .slice(0, 200);
}

/** Whether Linux shows any graphics processor. Other systems always have something to ask. */
export function hasGpuDevice(
  platform: string = process.platform,
  list: (path: string) => string[] = listFolder,
): boolean {
  if (platform !== 'linux') return true;
  const nodes = [...list('/dev/dri'), ...list('/dev')];
  return nodes.some((name) => /^(renderD\d+|nvidia\d+|dxg|kfd|mali\d+)$/.test(name));
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function differs(a: TestRunResult, b: TestRunResult): string | undefined {
  const other = new Map(b.outputs);
  for (const [name, { data }] of a.outputs) {
    const [mine, theirs] = [data as Float32Array, other.get(name)?.data as Float32Array | undefined];
    if (theirs?.length !== mine.length) return `output ${name} has another shape than on the CPU`;
    let [largest, difference] = [0, 0];
    for (let at = 0; at < mine.length; at++) {
      largest = Math.max(largest, Math.abs(theirs[at]!));
      // Written so that NaN counts as a difference.
      if (!(Math.abs(mine[at]! - theirs[at]!) <= difference)) difference = Math.abs(mine[at]! - theirs[at]!);
    }
    if (!(difference <= MAX_DIFFERENCE * Math.max(largest, 1e-3))) {
      return `output ${name} differs from the CPU's by ${difference.toPrecision(2)} (largest value ${largest.toPrecision(2)})`;
    }
  }
  return undefined;
}

export interface Trial {
  readonly probe: Probe;
  /** The test run on the CPU, with any provider in its place. */
  readonly request: TestRun;
  /** What it gave on the CPU. */
  readonly onCpu: TestRunResult;
  /** Whether there is a graphics processor at all; looked for by default. */
  readonly hasGpu?: boolean;
}

/** Runs the model on a provider and looks where it really ran. Undefined when it did, with the same results as on the CPU. */
async function objection(
  provider: string,
  trial: Trial,
  timeoutMs: number,
  beatMs?: number,
): Promise<string | undefined> {
  const { probe, request, onCpu } = trial;
  try {
    const session = { ...request.session, provider, threads: 1 };
    const timedRuns = beatMs === undefined ? 0 : 3;
    const run = await probe.ask({ ...request, session, timedRuns, verify: true }, timeoutMs);
    const wrong = misplacement(provider, run.placements) ?? differs(run, onCpu);
    if (wrong || beatMs === undefined || run.runMs < beatMs) return wrong;
    return `it takes ${run.runMs.toFixed(1)} ms for a picture, the CPU ${beatMs.toFixed(1)} ms`;
  } catch (error) {
    if (error instanceof LookoutError) return brief(error);
    throw error;
  }
}

/** @throws LookoutError kind `inference` when a provider that was asked for cannot run the model, or does not really run it */
export async function requireProvider(provider: string, trial: Trial): Promise<void> {
  const known = knownProviders();
  if (!known.includes(provider)) {
    throw new LookoutError(
      'config',
      `device ${JSON.stringify(provider)}: expected auto or one of ${known.join(', ')} on this system`,
    );
  }
  const wrong = await objection(provider, trial, ASKED_TIMEOUT_MS);
  if (wrong === undefined) return;
  const hint = HINTS[provider];
  throw new LookoutError(
    'inference',
    `device ${provider} cannot run the model: ${wrong}${hint ? `; ${hint}` : ''}. Use --device cpu or auto`,
  );
}

/**
 * The fastest provider that really runs the model, by measurement: a software driver never wins against the CPU.
 * @param cpuMs time per picture on the CPU, all cores at work
 */
export async function chooseProvider(
  trial: Trial,
  cpuMs: number,
): Promise<{ readonly provider: string; readonly fellBack: readonly string[] }> {
  const { hasGpu = hasGpuDevice() } = trial;
  const fellBack: string[] = [];
  const known = knownProviders();
  for (const provider of AUTO.filter((each) => known.includes(each))) {
    const wrong = hasGpu
      ? await objection(provider, trial, AUTO_TIMEOUT_MS, cpuMs)
      : 'this machine shows no graphics processor';
    if (wrong === undefined) return { provider, fellBack };
    fellBack.push(`${provider}: ${wrong}`);
  }
  return { provider: 'cpu', fellBack };
}
