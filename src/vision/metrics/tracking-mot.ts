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
   * What counts. `plain`: each truth with a confidence other than 0, whatever its class; what is predicted on others is
   * false. `excused`: the same, but what is predicted on a truth of confidence 0 is left out, as KITTI does. `MOT17`,
   * `MOT20`: TrackEval's `mot_challenge_2d_box.py`, pedestrians alone, and predictions on distractors are left out.
   */
  readonly rules?: 'plain' | 'excused' | 'MOT17' | 'MOT20';
}

/** What is left out together with the predictions on it, and what else of the truth does not count. */
interface Rules {
  readonly isExcused: (row: MotRow) => boolean;
  readonly counts: (row: MotRow) => boolean;
}

const isMarked = ({ score }: MotRow): boolean => score !== 0;
const isPedestrian = ({ score, classId }: MotRow): boolean => Math.trunc(score) !== 0 && classId === 1;
const RULES: Readonly<Record<NonNullable<MotOptions['rules']>, Rules>> = {
  plain: { isExcused: () => false, counts: isMarked },
  excused: { isExcused: (row) => !isMarked(row), counts: isMarked },
  MOT17: { isExcused: ({ classId }) => DISTRACTORS.MOT17.includes(classId), counts: isPedestrian },
  MOT20: { isExcused: ({ classId }) => DISTRACTORS.MOT20.includes(classId), counts: isPedestrian },
};

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
  const rules = RULES[options.rules ?? 'plain'];
  const matching = new BestMatching();
  return frames.map((frame) => prepared(frame, rules, matching));
}

/** A prediction is on a truth when it is matched with it, for the largest sum of IoU from 0.5 on. */
function prepared(
  { truth, predicted }: { truth: MotRow[]; predicted: MotRow[] },
  { isExcused, counts }: Rules,
  matching: BestMatching,
): TrackedFrame {
  if (!truth.some(isExcused)) return { truth: truth.filter(counts), predicted };
  const gain = similarityOf(truth, predicted).map((s) => (s < 0.5 - Number.EPSILON ? 0 : s));
  const matches = matching.of(gain, truth.length, predicted.length);
  const excused = new Set(matches.filter(([g]) => isExcused(truth[g]!)).map(([, p]) => p));
  return { truth: truth.filter(counts), predicted: predicted.filter((_, p) => !excused.has(p)) };
}
