import { bufferTime, catchError, concatMap, EMPTY, lastValueFrom, map, type Observable } from 'rxjs';
import type { Observation } from '#core/observation.js';
import { toRecord } from '#core/record.js';
import type { Journal } from '#records/journal.js';
import type { Explanation } from '#vision/detections.js';
import type { TrackerState } from '#vision/tracking/tracker.js';

/** How far one input has come. */
export interface BatchState {
  /** SHA-256 of the input, so that a changed file is never continued. */
  readonly sha256?: string;
  /** The last frame that is certain; absent before the first. */
  readonly last?: { readonly seq: number; readonly pts: number };
  readonly frames: number;
  readonly detections: number;
  /** Pictures that could not be read, one line each. */
  readonly faults: readonly string[];
  /** It never ends by itself and cannot be read again: a camera. */
  readonly live?: boolean;
  readonly tracker?: TrackerState;
}

/** What a segment is written from. */
export interface Batch {
  readonly observations: Observable<Observation>;
  readonly journal: Journal<BatchState>;
  /** Where the journal ends now. */
  readonly start: BatchState;
  /** What goes into the state beside the counters, asked for at the end of each segment. */
  readonly more: () => Partial<BatchState>;
  /** Takes the explanations of the observation that has just come, with `--explain`. */
  readonly explanations?: () => readonly Explanation[];
  readonly progress: (state: BatchState) => void;
}

export const RECORDS = 'records';
export const EXPLANATIONS = 'explain';

/** A segment ends after so much time or so many frames, whichever comes first: what a kill can cost. */
const SEGMENT_MS = 1000;
const SEGMENT_FRAMES = 500;

/**
 * Writes observations to a journal, segment by segment, until the stream ends.
 * @returns the state at the end, and the fault that ended the stream, if one did: what came before it is in the journal
 * @throws LookoutError kind `output` when the journal cannot be written
 */
export async function journalled(batch: Batch): Promise<{ state: BatchState; fault?: unknown }> {
  const { observations, journal, start, more, explanations, progress } = batch;
  let state = start;
  let fault: { readonly error: unknown } | undefined;
  const segments = observations.pipe(
    map((observation) => {
      state = advanced(state, observation);
      progress(state);
      const why = explanations?.() ?? [];
      return { record: JSON.stringify(toRecord(observation)), why: explained(observation, why) };
    }),
    catchError((error) => {
      fault = { error };
      return EMPTY;
    }),
    bufferTime(SEGMENT_MS, null, SEGMENT_FRAMES),
    map((entries) => ({ entries, end: { ...state, ...more() } })),
    concatMap(async ({ entries, end }) => {
      if (entries.length === 0) return;
      const records = entries.map(({ record }) => record);
      const why = entries.flatMap((entry) => entry.why);
      await journal.commit({ [RECORDS]: records, ...(explanations && { [EXPLANATIONS]: why }) }, end);
    }),
  );
  await lastValueFrom(segments, { defaultValue: undefined });
  return { state: { ...state, ...more() }, ...(fault && { fault: fault.error }) };
}

function advanced(state: BatchState, observation: Observation): BatchState {
  const { seq, pts } = observation.stamp;
  const { frames, detections } = state;
  return { ...state, last: { seq, pts }, frames: frames + 1, detections: detections + observation.detections.length };
}

/** The line of one frame in `explain.jsonl`; none when nothing was dropped. */
function explained({ stamp }: Observation, dropped: readonly Explanation[]): string[] {
  if (dropped.length === 0) return [];
  const { source, seq, pts } = stamp;
  const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value);
  return [JSON.stringify({ source, seq, pts, dropped }, rounded)];
}
