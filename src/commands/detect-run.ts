import type { Engine } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import { ffmpegVersion } from '#media/ffmpeg-version.js';
import type { DetectInput } from '#pipeline/detect-input.js';
import { type DetectRun, detectRun } from '#pipeline/detect-run.js';
import { trackedDetection } from '#pipeline/tracked-detection.js';
import { openEngine } from '#runtime/engine.js';
import { runtimeVersion } from '#runtime/session.js';
import type { DetectFlags } from './detect.js';
import { detectInputs } from './detect-inputs.js';
import { greet, shown, summarise } from './detect-view.js';
import { detectOptions, engineOptions, leanOptions } from './engine-settings.js';
import { INTERRUPTED, interruption } from './interrupt.js';
import { EXIT } from './run.js';
import type { Session } from './settings.js';
import { version } from './version.js';

/** Runs `lookout detect`. @returns the exit code: 0 all fine, 1 some inputs failed, 130 interrupted */
export async function runDetect(patterns: readonly string[], flags: DetectFlags, session: Session): Promise<number> {
  if (patterns.length === 0) {
    throw new LookoutError(
      'config',
      'detect: expected at least one file, folder, glob or URL; see lookout detect --help',
    );
  }
  const { terminal } = session;
  const signal = interruption();
  const engine = await openEngine({
    ...(await engineOptions(session, flags)),
    ...leanOptions(session, flags.track ?? 'none'),
  });
  try {
    greet(terminal, engine);
    const inputs = await detectInputs(patterns, engine, session);
    const run = await planned({ inputs, engine, flags, session, signal });
    const outcomes = await detectRun(run, shown(terminal, engine));
    summarise(terminal, outcomes, run.output);
    return outcomes.every(({ faults }) => faults.length === 0) ? EXIT.fine : EXIT.failed;
  } catch (error) {
    terminal.close();
    if (!signal.aborted) throw error;
    terminal.print('interrupted; the same command with --resume goes on from here');
    terminal.event('interrupted', {});
    return INTERRUPTED;
  } finally {
    await engine.close();
  }
}

interface Plan {
  readonly inputs: readonly DetectInput[];
  readonly engine: Engine;
  readonly flags: DetectFlags;
  readonly session: Session;
  readonly signal: AbortSignal;
}

async function planned({ inputs, engine, flags, session, signal }: Plan): Promise<DetectRun> {
  const { output, sampling, suppression } = session.settings;
  const { card, device } = engine;
  const { explain = false, resume = false, track } = flags;
  return {
    inputs,
    engine,
    ...trackedDetection(detectOptions(session, card.labels), card, track ?? 'none'),
    explain,
    formats: output.formats,
    output: output.dir,
    resume,
    signal,
    settings: {
      versions: { lookout: version(), onnxruntime: runtimeVersion(), ffmpeg: (await ffmpegVersion()).text },
      model: { name: card.name, sha256: card.model.sha256, input: card.input.size, device: device.ran },
      suppression,
      sampling,
      ...(track && { track }),
      output: { formats: output.formats, annotate: output.annotate, explain },
    },
  };
}
