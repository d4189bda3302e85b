/** What one trial reached in one round. */
export interface Outcome {
  readonly trial: number;
  /** 0-based. */
  readonly round: number;
  /** Higher is better; NaN for a trial that failed. */
  readonly score: number;
}

/** One run that is to be made. */
export interface Assignment {
  readonly trial: number;
  readonly round: number;
  readonly epochs: number;
}

export interface HalvingOptions {
  readonly trials: number;
  readonly rounds: number;
  /** One of so many stays. */
  readonly keep: number;
  readonly firstEpochs: number;
}

/**
 * Successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943): all trials run for a few epochs, one in `keep` of them,
 * the best, for `keep` times as many, and so on. A pure function of what is known: resuming is calling it again.
 * @returns the next run, or undefined when all is done
 */
export function nextAssignment(options: HalvingOptions, outcomes: readonly Outcome[]): Assignment | undefined {
  const { trials, rounds, keep, firstEpochs } = options;
  let field = Array.from({ length: trials }, (_, trial) => trial);
  for (let round = 0; round < rounds; round++) {
    const known = new Map(outcomes.filter((one) => one.round === round).map(({ trial, score }) => [trial, score]));
    const missing = field.find((trial) => !known.has(trial));
    if (missing !== undefined) return { trial: missing, round, epochs: firstEpochs * keep ** round };
    field = bestOf(field, known).slice(0, Math.max(1, Math.floor(field.length / keep)));
  }
  return undefined;
}

/** Trials by score, best first; failed ones last, ties by number. */
function bestOf(field: readonly number[], scores: ReadonlyMap<number, number>): number[] {
  const worth = (trial: number): number => {
    const score = scores.get(trial)!;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  };
  return [...field].sort((left, right) => worth(right) - worth(left) || left - right);
}

/** All outcomes, those of the last rounds first, best first. */
export function ranked(outcomes: readonly Outcome[]): Outcome[] {
  const worth = ({ score }: Outcome): number => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);
  return [...outcomes].sort((a, b) => b.round - a.round || worth(b) - worth(a) || a.trial - b.trial);
}
