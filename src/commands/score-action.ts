import { readFile } from 'node:fs/promises';
import { LookoutError, messageOf } from '#core/errors.js';
import { evaluateTracking, type TrackingScores } from '#vision/metrics/tracking-evaluation.js';
import { type MotOptions, type MotRow, motFrames, parseMot } from '#vision/metrics/tracking-mot.js';
import type { TrackedFrame } from '#vision/metrics/tracking-sequence.js';
import { columnsOf } from './models-text.js';
import { pairedSequences, type Sequence } from './score-sequences.js';
import type { Terminal } from './terminal.js';

/** Faults of one file that are named before the rest is only counted. */
const SHOWN = 5;

/** What the command line says, read. */
export interface ScoreRequest {
  readonly result: string;
  readonly truth: string;
  readonly rules: NonNullable<MotOptions['rules']>;
  readonly terminal: Terminal;
}

/** Scores each sequence and all together, and prints them. @throws LookoutError kind `dataset` for what cannot be read */
export async function runScore({ result, truth, rules, terminal }: ScoreRequest): Promise<void> {
  const sequences = await pairedSequences(result, truth);
  const frames: TrackedFrame[][] = [];
  const rows: string[][] = [];
  const tell = (name: string, of: readonly TrackedFrame[][]): void => {
    const scores = evaluateTracking(of);
    const ids = { truths: identities(of, 'truth'), predicted: identities(of, 'predicted') };
    rows.push(rowOf(name, scores, ids));
    const { perAlpha, ...figures } = scores;
    terminal.event('scored', { sequence: name, frames: of.flat().length, ids, ...figures, perAlpha });
  };
  for (const sequence of sequences) {
    const read = await framesOf(sequence, rules);
    frames.push(read);
    tell(sequence.name, [read]);
  }
  if (sequences.length > 1) tell('all', frames);
  terminal.print(columnsOf([HEAD, ...rows], HEAD.map((_, at) => at).slice(1)));
}

const HEAD = [
  'sequence',
  'HOTA',
  'DetA',
  'AssA',
  'MOTA',
  'IDF1',
  'recall',
  'precision',
  'switches',
  'breaks',
  'ids',
  'objects',
];

function rowOf(name: string, scores: TrackingScores, ids: { truths: number; predicted: number }): string[] {
  const { HOTA, DetA, AssA, MOTA, IDF1, recall, precision, idSwitches, fragmentations } = scores;
  const shares = [HOTA, DetA, AssA, MOTA, IDF1, recall, precision].map((value) => value.toFixed(3));
  return [name, ...shares, ...[idSwitches, fragmentations, ids.predicted, ids.truths].map(String)];
}

/** How many different objects there are, one sequence's not being another's. */
function identities(sequences: readonly TrackedFrame[][], side: 'truth' | 'predicted'): number {
  const count = (frames: readonly TrackedFrame[]): number =>
    new Set(frames.flatMap((frame) => frame[side].map(({ id }) => id))).size;
  return sequences.reduce((sum, frames) => sum + count(frames), 0);
}

async function framesOf({ truth, result, frames }: Sequence, rules: ScoreRequest['rules']): Promise<TrackedFrame[]> {
  const [there, said] = await Promise.all([rowsOf(truth), rowsOf(result)]);
  const loose = said.find(({ id }) => id < 0);
  if (loose !== undefined) {
    throw new LookoutError(
      'dataset',
      `${result}: frame ${loose.frame} has a box without identity (id ${loose.id}); detect writes them with --track`,
    );
  }
  try {
    return motFrames(there, said, { rules, frames });
  } catch (error) {
    throw new LookoutError('dataset', `${result}: ${messageOf(error)}`, { cause: error });
  }
}

async function rowsOf(file: string): Promise<readonly MotRow[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LookoutError('dataset', `${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const { rows, problems } = parseMot(text);
  if (problems.length === 0) return rows;
  const shown = problems.slice(0, SHOWN).map(({ line, message }) => `${file}:${line}: ${message}`);
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more lines`] : [];
  throw new LookoutError('dataset', [...shown, ...more].join('\n'));
}
