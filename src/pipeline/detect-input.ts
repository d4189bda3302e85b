import { join, relative } from 'node:path';
import { asapScheduler, fromEvent, observeOn, takeUntil } from 'rxjs';
import type { Engine } from '#core/engine.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Frame } from '#core/frame.js';
import type { FrameSource } from '#core/source.js';
import { inOrder } from '#operators/in-order.js';
import { type Journal, openJournal, readProgress } from '#records/journal.js';
import { type Format, placeCopy, publish } from '#records/results.js';
import { createDetect } from '#vision/detect.js';
import type { Explanation } from '#vision/detections.js';
import { createTracker, restoreTracker } from '#vision/tracking/create.js';
import { analyse } from './analyse.js';
import { type BatchState, EXPLANATIONS, journalled, RECORDS } from './batch.js';
import type { Outcome } from './run-state.js';
import { detectionFor, type TrackedDetection } from './tracked-detection.js';

/** One video, or all pictures of a run. */
export interface DetectInput {
  /** As the user named it, credentials removed. */
  readonly label: string;
  /** Unique in the run; the results' file names begin with it. */
  readonly name: string;
  readonly pictures: boolean;
  readonly sha256?: string;
  /**
   * Opens the frames, after `last` when the input was begun by an earlier run. `fault` is told of pictures that cannot be read;
   * `directory` holds what is needed until the input is finished.
   */
  open(last: BatchState['last'], fault: (line: string) => void, directory: string): Promise<FrameSource>;
  /** Draws the boxes of the records into a copy of the input; gives its path. */
  annotate?(copy: Copy): Promise<string>;
}

export interface Copy {
  /** The journal's records. */
  readonly records: string;
  /** The copy's path begins with it. */
  readonly base: string;
  /** As `open` was told. */
  readonly directory: string;
  /** Told, in one line, of what could not be drawn. */
  fault(line: string): void;
  readonly signal: AbortSignal;
}

/** What all inputs of a run share. */
export interface DetectContext extends TrackedDetection {
  readonly engine: Engine;
  readonly explain: boolean;
  readonly formats: readonly Format[];
  /** Where the results go. */
  readonly output: string;
  /** Where the journals are. */
  readonly work: string;
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/** Told how one input goes on. */
export interface InputProgress {
  opened(source: FrameSource, state: BatchState): void;
  frame(state: BatchState): void;
}

/**
 * Everything for one input: frames to records in a journal, then the journal to result files. Goes on where an earlier
 * run was killed. A source without an end (a camera) is whole when `signal` comes. A source that breaks in the middle keeps
 * the results of what came before; the outcome says so.
 * @throws LookoutError when nothing could be read, or the model or the disk failed; what is in the journal stays for `--resume`
 */
export async function detectInput(
  input: DetectInput,
  context: DetectContext,
  progress: InputProgress,
): Promise<Outcome> {
  const { output, work, explain, formats, engine, signal } = context;
  const directory = join(work, input.name);
  const saved = context.resume ? await readProgress<BatchState>(directory) : undefined;
  const resume = saved !== undefined && saved.state.sha256 === input.sha256;
  const streams = explain ? [RECORDS, EXPLANATIONS] : [RECORDS];
  const { journal, state } = await openJournal<BatchState>(directory, streams, resume);
  try {
    const start = state ?? { frames: 0, detections: 0, faults: [], ...(input.sha256 && { sha256: input.sha256 }) };
    // What killed an earlier run was a camera's end: another connection would not go on where that one stopped.
    const isOver = start.live && start.last !== undefined;
    const reading = { input, context, directory, journal, start, progress };
    const { live, ...end } = isOver ? start : await readFrames(reading);
    const stop = live ? new AbortController().signal : signal;
    stop.throwIfAborted();
    const base = join(output, input.name);
    const { labels } = engine.card;
    const records = journal.path(RECORDS);
    const results = await publish({ journal: records, base, formats, labels, pictures: input.pictures });
    if (explain) {
      await placeCopy(journal.path(EXPLANATIONS), `${base}.explain.jsonl`);
      results.push(`${base}.explain.jsonl`);
    }
    const faults = [...end.faults];
    const fault = (line: string) => void faults.push(line);
    const copied = input.annotate?.({ records, base, directory, fault, signal: stop });
    // A camera cannot be asked again: what could not be drawn is said, beside the results that are there.
    const drawn = live ? await copied?.catch((error) => fault(messageOf(error))) : await copied;
    if (drawn) results.push(drawn);
    stop.throwIfAborted();
    const { frames, detections } = end;
    const { label, sha256 } = input;
    return {
      input: label,
      ...(sha256 && { sha256 }),
      frames,
      detections,
      results: results.map((path) => relative(output, path)),
      faults,
    };
  } finally {
    await journal.close();
  }
}

interface Reading {
  readonly input: DetectInput;
  readonly context: DetectContext;
  readonly directory: string;
  readonly journal: Journal<BatchState>;
  readonly start: BatchState;
  readonly progress: InputProgress;
}

/** Pulls the frames of one input through the pipeline into its journal. */
async function readFrames(reading: Reading): Promise<BatchState> {
  const { input, context, directory, journal, start, progress } = reading;
  const { engine, signal, tracking } = context;
  const faults = new Set(start.faults);
  const tracker = tracking && (start.tracker ? restoreTracker(start.tracker) : createTracker(tracking));
  let dropped: Explanation[] = [];
  const explain = (explanation: Explanation): void => {
    if (explanation.score >= (tracking?.highScore ?? 0)) dropped.push(explanation);
  };
  const detect = createDetect(engine.card, { ...detectionFor(context), ...(context.explain && { explain }) });
  const source = await input.open(start.last, (line) => faults.add(line), directory);
  const live = source.info.kind === 'live';
  try {
    progress.opened(source, start);
    const pace = inOrder(after(source, start.last), engine.workers + 1);
    const recycle = (data: Uint8Array<ArrayBuffer>) => source.recycle(data);
    const observations = analyse(pace, { engine, detect, recycle, ...(tracker && { tracker }) });
    const { state, fault } = await journalled({
      // An observation that is on its way when the signal comes reaches the journal whole.
      observations: observations.pipe(takeUntil(fromEvent(signal, 'abort').pipe(observeOn(asapScheduler)))),
      journal,
      start,
      more: () => ({ faults: [...faults], ...(live && { live }), ...(tracker && { tracker: tracker.toJSON() }) }),
      ...(context.explain && {
        explanations: () => {
          const taken = dropped;
          dropped = [];
          return taken;
        },
      }),
      progress: (at) => progress.frame(at),
    });
    if (signal.aborted || fault === undefined) return state;
    const isCut = fault instanceof LookoutError && fault.kind === 'source' && state.frames > 0;
    if (!isCut) throw fault;
    return {
      ...state,
      faults: [...state.faults, `${messageOf(fault)}; the results of ${state.frames} frames are kept`],
    };
  } finally {
    await source.close();
  }
}

/** The frames that come after `last`: a resumed source begins with the last frame that is already in the journal. */
async function* after(
  source: AsyncIterable<Frame> & Pick<FrameSource, 'recycle'>,
  last: BatchState['last'],
): AsyncGenerator<Frame> {
  for await (const frame of source) {
    if (last && frame.stamp.seq <= last.seq) source.recycle(frame.data);
    else yield frame;
  }
}
