import type { Box } from '#core/box.js';
import { LookoutError } from '#core/errors.js';
import { BestMatching } from './tracking-matching.js';
import { type Labelled, similarityOf, type TrackedFrame } from './tracking-sequence.js';

/** One line of a MOTChallenge text: truth (`gt.txt`) or result. */
export interface MotRow extends Labelled {
  /** From 1. */
  readonly frame: number;
  readonly box: Box;
  /** Confidence of a result; of a truth whether it counts: 0 does not. */
  readonly score: number;
  /** Class of a truth (1 pedestrian ...); -1 where absent. */
  readonly classId: number;
  readonly visibility: number;
}

export interface MotText {
  readonly rows: readonly MotRow[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** A day at 100 frames per second. */
const MOST_FRAMES = 8_640_000;
const COLUMNS = ['frame', 'id', 'left', 'top', 'width', 'height', 'confidence', 'class', 'visibility'];

/**
 * Reads MOT text: `frame, id, left, top, width, height[, confidence[, class[, visibility ...]]]`, one box per line, commas
 * with or without blanks. Empty lines are skipped. Lines that cannot be read are named in `problems`, the others are kept.
 */
export function parseMot(text: string): MotText {
  const rows: MotRow[] = [];
  const problems: { line: number; message: string }[] = [];
  const seen = new Set<string>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '') return;
    const row = rowOf(line);
    const key = typeof row === 'string' ? '' : `${row.frame} ${row.id}`;
    if (typeof row === 'string') problems.push({ line: i + 1, message: row });
    else if (seen.has(key)) problems.push({ line: i + 1, message: `id ${row.id} appears twice in frame ${row.frame}` });
    else rows.push(row);
    seen.add(key);
  });
  return { rows, problems };
}

function rowOf(line: string): MotRow | string {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length < 6) return `expected at least 6 columns, got ${cells.length}`;
  const values = cells.slice(0, COLUMNS.length).map((cell) => (cell === '' ? Number.NaN : Number(cell)));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return `${COLUMNS[bad]}: expected a number, got ${JSON.stringify(cells[bad])}`;
  const [frame, id, left, top, width, height, score = 1, classId = -1, visibility = 1] = values as [
    number,
    number,
    number,
    number,
    number,
    number,
    ...number[],
  ];
  if (!Number.isInteger(frame) || frame < 1 || frame > MOST_FRAMES) {
    return `frame: expected an integer in 1..${MOST_FRAMES}, got ${cells[0]}`;
  }
  if (!Number.isInteger(id)) return `id: expected an integer, got ${cells[1]}`;
  if (width < 0 || height < 0) return `width and height: expected at least 0, got ${cells[4]} and ${cells[5]}`;
  return { frame, id, box: [left, top, left + width, top + height], score, classId, visibility };
}

/** Classes of MOT16, MOT17 and MOT20 that look like a pedestrian and are neither right nor wrong. */
const DISTRACTORS: Readonly<Record<'MOT17' | 'MOT20', readonly number[]>> = {
  MOT17: [2, 7, 8, 12],
  MOT20: [2, 6, 7, 8, 12],
};

export interface MotOptions {
  /** Length of the sequence; default: the last frame named in either text. */
  readonly frames?: number;
  /**
   * How MOTChallenge prepares its data (TrackEval's `mot_challenge_2d_box.py`): predictions on distractors are left out
   * and pedestrians alone count. `plain`: every truth with confidence other than 0 counts, whatever its class.
   */
  readonly benchmark?: 'plain' | 'MOT17' | 'MOT20';
}

/**
 * Frames for `evaluateTracking` from the rows of a truth and a result.
 * @throws LookoutError kind `dataset` when a row lies beyond the sequence
 */
export function motFrames(
  truth: readonly MotRow[],
  predicted: readonly MotRow[],
  options: MotOptions = {},
): TrackedFrame[] {
  const last = [...truth, ...predicted].reduce((most, { frame }) => Math.max(most, frame), 0);
  const frames = Array.from({ length: options.frames ?? last }, () => ({
    truth: [] as MotRow[],
    predicted: [] as MotRow[],
  }));
  if (last > frames.length) {
    throw new LookoutError('dataset', `MOT text: expected frames up to ${frames.length}, got frame ${last}`);
  }
  for (const row of truth) frames[row.frame - 1]!.truth.push(row);
  for (const row of predicted) frames[row.frame - 1]!.predicted.push(row);
  const benchmark = options.benchmark ?? 'plain';
  if (benchmark === 'plain')
    return frames.map((frame) => ({ ...frame, truth: frame.truth.filter(({ score }) => score !== 0) }));
  const matching = new BestMatching();
  return frames.map((frame) => prepared(frame, DISTRACTORS[benchmark], matching));
}

function prepared(
  frame: { truth: MotRow[]; predicted: MotRow[] },
  distractors: readonly number[],
  matching: BestMatching,
): TrackedFrame {
  const gain = similarityOf(frame.truth, frame.predicted).map((s) => (s < 0.5 - Number.EPSILON ? 0 : s));
  const matches = matching.of(gain, frame.truth.length, frame.predicted.length);
  const excused = new Set(matches.filter(([g]) => distractors.includes(frame.truth[g]!.classId)).map(([, p]) => p));
  return {
    truth: frame.truth.filter(({ score, classId }) => Math.trunc(score) !== 0 && classId === 1),
    predicted: frame.predicted.filter((_, p) => !excused.has(p)),
  };
}
