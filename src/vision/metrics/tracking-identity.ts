import { Assignment } from '#vision/tracking/assignment.js';
import type { TrackingSequence } from './tracking-sequence.js';

/** Least IoU at which two objects can be the same. */
const THRESHOLD = 0.5;

/** Boxes under the one assignment of predicted to true objects that explains most; tallies add up. */
export interface IdentityTally {
  idTruePositives: number;
  idFalseNegatives: number;
  idFalsePositives: number;
}

export interface Identity extends IdentityTally {
  readonly IDF1: number;
  /** Recall and precision of the identities. */
  readonly IDR: number;
  readonly IDP: number;
}

export function emptyIdentity(): IdentityTally {
  return { idTruePositives: 0, idFalseNegatives: 0, idFalsePositives: 0 };
}

/** Adds a sequence (E. Ristani et al., 2016; TrackEval's `metrics/identity.py`). */
export function addIdentity(tally: IdentityTally, sequence: TrackingSequence): void {
  const together = Array.from({ length: sequence.truthIds }, () => new Map<number, number>());
  for (const { truth, predicted, similarity } of sequence.frames) {
    similarity.forEach((s, i) => {
      if (s < THRESHOLD) return;
      const counts = together[truth[Math.floor(i / predicted.length)]]!;
      const object = predicted[i % predicted.length];
      counts.set(object, (counts.get(object) ?? 0) + 1);
    });
  }
  const assignment = new Assignment();
  assignment.begin(sequence.predictedIds);
  for (const counts of together) {
    for (const [object, count] of counts) assignment.pair(object, -count);
    assignment.endRow();
  }
  const objectOf = assignment.solve(0);
  let shared = 0;
  together.forEach((counts, object) => {
    shared += objectOf[object] < 0 ? 0 : counts.get(objectOf[object])!;
  });
  tally.idTruePositives += shared;
  tally.idFalseNegatives += sequence.truthBoxes - shared;
  tally.idFalsePositives += sequence.predictedBoxes - shared;
}

export function identityScores(tally: IdentityTally): Identity {
  const { idTruePositives: tp, idFalseNegatives: fn, idFalsePositives: fp } = tally;
  return {
    IDF1: tp / Math.max(1, tp + 0.5 * fp + 0.5 * fn),
    IDR: tp / Math.max(1, tp + fn),
    IDP: tp / Math.max(1, tp + fp),
    ...tally,
  };
}
