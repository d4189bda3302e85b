import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LookoutError, messageOf } from '#core/errors.js';
import { measure } from './measure.js';
import { placementsIn } from './placement.js';
import type { ProbeReply, ProbeRequest, TestRun, TestRunResult } from './probe-protocol.js';
import { Session } from './session.js';

// A child process that tries models out. Whatever a model or a driver does to it (a crash, a hang, all memory), the
// program that asked lives on.

function tensors({ feeds }: TestRun) {
  return feeds.map(({ name, type, dims, parts }) => [name, { type, dims, data: parts[0]! }] as const);
}

/** Runs the session and says how long a run takes. */
async function timed(session: Session, request: TestRun): Promise<Omit<TestRunResult, 'placements'>> {
  const fed = tensors(request);
  let started = performance.now();
  let outputs = await session.run(fed);
  let runMs = performance.now() - started;
  started = performance.now();
  for (let run = 0; run < request.timedRuns; run++) outputs = await session.run(fed);
  if (request.timedRuns > 0) runMs = (performance.now() - started) / request.timedRuns;
  return { outputs: [...outputs], runMs };
}

async function profiled(request: TestRun, folder: string): Promise<TestRunResult> {
  const session = await Session.open(request.model, { ...request.session, profile: join(folder, 'profile') });
  const result = await timed(session, request);
  session.endProfile();
  const [file] = await readdir(folder);
  const placements = file === undefined ? [] : placementsIn(await readFile(join(folder, file), 'utf8'));
  return { ...result, placements };
}

async function testRun(request: TestRun): Promise<TestRunResult> {
  if (!request.verify) {
    const session = await Session.open(request.model, request.session);
    return { ...(await timed(session, request)), placements: [] };
  }
  const folder = await mkdtemp(join(tmpdir(), 'lookout-profile-'));
  try {
    return await profiled(request, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answer(request: ProbeRequest): Promise<ProbeReply> {
  try {
    return { result: request.ask === 'run' ? await testRun(request) : await measure(request) };
  } catch (error) {
    return { failure: { kind: error instanceof LookoutError ? error.kind : 'inference', message: messageOf(error) } };
  }
}

/** Ends this process when its parent is gone, also while a model holds the main thread. */
function dieWithParent(): void {
  const script = `const parent = process.ppid;
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 500);`;
  new Worker(script, { eval: true }).unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

/** Where memory runs out, the system shall take this process, not the one that asked. */
function offerMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux.
  }
}

dieWithParent();
offerMemory();
process.on('message', (request: ProbeRequest) => {
  void answer(request).then((reply) => process.send!(reply));
});
