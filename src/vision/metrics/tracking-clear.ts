import { BestMatching, type Match } from './tracking-matching.js';
import type { TrackingSequence } from './tracking-sequence.js';

/** Least IoU of a match. */
const THRESHOLD = 0.5 - Number.EPSILON;
const NONE = -1;

/** Counts of the CLEAR metrics; tallies of several sequences add up. */
export interface ClearTally {
  truePositives: number;
  falseNegatives: number;
  falsePositives: number;
  idSwitches: number;
  fragmentations: number;
  /** Objects that were matched in more than 80 %, in 20 to 80 %, and in less than 20 % of their frames. */
  mostlyTracked: number;
  partlyTracked: number;
  mostlyLost: number;
  /** Sum of the IoU of all matches. */
  similarity: number;
}

/** MOTA is at most 1 and may be negative; MOTP is the mean IoU of the matches. */
export interface Clear extends Omit<ClearTally, 'similarity'> {
  readonly MOTA: number;
  readonly MOTP: number;
  readonly recall: number;
  readonly precision: number;
}

export function emptyClear(): ClearTally {
  return {
    truePositives: 0,
    falseNegatives: 0,
    falsePositives: 0,
    idSwitches: 0,
    fragmentations: 0,
    mostlyTracked: 0,
    partlyTracked: 0,
    mostlyLost: 0,
    similarity: 0,
  };
}

/** What is remembered of each truth object, by its index. */
interface Memory {
  /** Prediction that it was matched with last, and in the last frame that had both truths and predictions. */
  readonly last: Int32Array;
  readonly justNow: Int32Array;
  readonly frames: Int32Array;
  readonly matched: Int32Array;
  readonly starts: Int32Array;
}

/**
 * Adds a sequence (K. Bernardin and R. Stiefelhagen, 2008; TrackEval's `metrics/clear.py`): a match of the frame before
 * is kept while it is similar enough, the rest is matched for the largest similarity. A switch is counted against the
 * last match, however long ago.
 */
export function addClear(tally: ClearTally, sequence: TrackingSequence): void {
  const memory: Memory = {
    last: new Int32Array(sequence.truthIds).fill(NONE),
    justNow: new Int32Array(sequence.truthIds).fill(NONE),
    frames: new Int32Array(sequence.truthIds),
    matched: new Int32Array(sequence.truthIds),
    starts: new Int32Array(sequence.truthIds),
  };
  const matching = new BestMatching();
  for (const { truth, predicted, similarity } of sequence.frames) {
    for (const object of truth) memory.frames[object]++;
    const gain = similarity.map((s, i) => {
      if (s < THRESHOLD) return 0;
      const before = memory.justNow[truth[Math.floor(i / predicted.length)]];
      return before === predicted[i % predicted.length] ? 1000 + s : s;
    });
    const matches = matching.of(gain, truth.length, predicted.length);
    tally.truePositives += matches.length;
    tally.falseNegatives += truth.length - matches.length;
    tally.falsePositives += predicted.length - matches.length;
    for (const [g, p] of matches) tally.similarity += similarity[g * predicted.length + p];
    if (truth.length > 0 && predicted.length > 0) tally.idSwitches += remember(memory, matches, { truth, predicted });
  }
  for (let object = 0; object < sequence.truthIds; object++) {
    const share = memory.matched[object] / memory.frames[object];
    if (share > 0.8) tally.mostlyTracked++;
    else if (share >= 0.2) tally.partlyTracked++;
    else tally.mostlyLost++;
    tally.fragmentations += Math.max(0, memory.starts[object] - 1);
  }
}

/** Takes the matches of a frame in; returns how many objects switched. */
function remember(
  memory: Memory,
  matches: readonly Match[],
  { truth, predicted }: { truth: Int32Array; predicted: Int32Array },
): number {
  let switches = 0;
  const before = memory.justNow.slice();
  memory.justNow.fill(NONE);
  for (const [g, p] of matches) {
    const object = truth[g];
    if (memory.last[object] !== NONE && memory.last[object] !== predicted[p]) switches++;
    if (before[object] === NONE) memory.starts[object]++;
    memory.last[object] = predicted[p];
    memory.justNow[object] = predicted[p];
    memory.matched[object]++;
  }
  return switches;
}

export function clearScores({ similarity, ...tally }: ClearTally): Clear {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = tally;
  return {
    MOTA: (tp - fp - tally.idSwitches) / Math.max(1, tp + fn),
    MOTP: similarity / Math.max(1, tp),
    recall: tp / Math.max(1, tp + fn),
    precision: tp / Math.max(1, tp + fp),
    ...tally,
  };
}
