import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';
import { makeFolder, writeAtomically } from '#records/files.js';
import { type DetectContext, type DetectInput, detectInput, type InputProgress } from './detect-input.js';
import { type Outcome, RunState } from './run-state.js';

/** Everything about a run but its inputs' frames. */
export interface DetectRun extends Omit<DetectContext, 'work'> {
  readonly inputs: readonly DetectInput[];
  /** What decides the results beside the inputs: model, settings, versions. Written to the manifest. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Told how a run goes on. */
export interface RunProgress {
  /** `done`: an earlier run has finished this input already. */
  begins(input: DetectInput, done: boolean): InputProgress;
  ends(input: DetectInput, outcome: Outcome): void;
}

/**
 * Runs the detector over all inputs, one after the other. An input that fails is noted and does not stop the others.
 * At the end `manifest.json` names what was done; it holds nothing that differs between two equal runs.
 * @returns the outcome of each input
 * @throws LookoutError kind `config`, `output` or `inference`; the reason of `signal` when it was aborted
 */
export async function detectRun(run: DetectRun, progress: RunProgress): Promise<readonly Outcome[]> {
  const { inputs, output, settings, resume, signal } = run;
  await makeFolder(output);
  const fingerprint = { ...settings, inputs: inputs.map(({ label }) => label) };
  const state = await RunState.open(output, { settings: fingerprint, resume });
  const outcomes: Outcome[] = [];
  for (const input of inputs) {
    signal.throwIfAborted();
    const finished = state.finished(input.name, input.sha256);
    const inputProgress = progress.begins(input, finished !== undefined);
    const outcome = finished ?? (await attempt(input, { ...run, work: state.directory }, inputProgress));
    if (!finished) await state.finish(input.name, outcome);
    await rm(join(state.directory, input.name), { recursive: true, force: true });
    outcomes.push(outcome);
    progress.ends(input, outcome);
  }
  const manifest = { ...settings, inputs: outcomes };
  await writeAtomically(join(output, 'manifest.json'), (file) =>
    file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`),
  );
  await state.discard();
  return outcomes;
}

/** A source that cannot be read is an outcome; anything else ends the run. */
async function attempt(input: DetectInput, context: DetectContext, progress: InputProgress): Promise<Outcome> {
  try {
    return await detectInput(input, context, progress);
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (!(error instanceof LookoutError) || error.kind !== 'source') throw error;
    const { label, sha256 } = input;
    const faults = [messageOf(error)];
    return { input: label, ...(sha256 && { sha256 }), frames: 0, detections: 0, results: [], faults };
  }
}
