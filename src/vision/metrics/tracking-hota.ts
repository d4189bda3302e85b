import { BestMatching } from './tracking-matching.js';
import { presence, type TrackingSequence } from './tracking-sequence.js';

/** Localisation thresholds 0.05, 0.10, ... 0.95, with the rounding of NumPy's `arange`. */
export const ALPHAS: readonly number[] = Array.from({ length: 19 }, (_, i) => 0.05 + i * 0.05);

/** Sums per alpha; tallies of several sequences add up. */
export interface HotaTally {
  readonly truePositives: Float64Array;
  readonly falseNegatives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly similarity: Float64Array;
  readonly association: Float64Array;
  readonly associationRecall: Float64Array;
  readonly associationPrecision: Float64Array;
}

/** HOTA and its parts, each 0..1: per alpha, or averaged over the alphas. */
export interface Hota<T> {
  readonly HOTA: T;
  readonly DetA: T;
  readonly AssA: T;
  readonly DetRe: T;
  readonly DetPr: T;
  readonly AssRe: T;
  readonly AssPr: T;
  readonly LocA: T;
}

export function emptyHota(): HotaTally {
  const zeros = () => new Float64Array(ALPHAS.length);
  return {
    truePositives: zeros(),
    falseNegatives: zeros(),
    falsePositives: zeros(),
    similarity: zeros(),
    association: zeros(),
    associationRecall: zeros(),
    associationPrecision: zeros(),
  };
}

/**
 * Adds a sequence (J. Luiten et al., "HOTA", IJCV 2021; TrackEval's `metrics/hota.py`): frames are matched once, by
 * similarity weighted with how well the two objects agree over the whole sequence; then each alpha takes the matches
 * that are at least that similar.
 */
export function addHota(tally: HotaTally, sequence: TrackingSequence): void {
  const { frames, truthIds: G, predictedIds: P } = sequence;
  const truthCount = presence(
    frames.map(({ truth }) => truth),
    G,
  );
  const predictedCount = presence(
    frames.map(({ predicted }) => predicted),
    P,
  );
  const potential = potentialMatches(sequence);
  const alignment = (g: number, p: number): number => {
    const shared = potential.get(g * P + p) ?? 0;
    return shared / (truthCount[g] + predictedCount[p] - shared);
  };
  /** How often two objects were matched, per alpha. */
  const together = new Map<number, Float64Array>();
  const matching = new BestMatching();
  for (const { truth, predicted, similarity } of frames) {
    const gain = similarity.map((s, i) => {
      return s > 0 ? s * alignment(truth[Math.floor(i / predicted.length)], predicted[i % predicted.length]) : 0;
    });
    const matched = new Float64Array(ALPHAS.length);
    for (const [g, p] of matching.of(gain, truth.length, predicted.length)) {
      const s = similarity[g * predicted.length + p];
      const key = truth[g] * P + predicted[p];
      const counts = together.get(key) ?? new Float64Array(ALPHAS.length);
      together.set(key, counts);
      for (let a = 0; a < ALPHAS.length && s >= ALPHAS[a] - Number.EPSILON; a++) {
        matched[a]++;
        counts[a]++;
        tally.similarity[a] += s;
      }
    }
    matched.forEach((count, a) => {
      tally.truePositives[a] += count;
      tally.falseNegatives[a] += truth.length - count;
      tally.falsePositives[a] += predicted.length - count;
    });
  }
  for (const [key, counts] of together) {
    const [ofTruth, ofPredicted] = [truthCount[Math.floor(key / P)], predictedCount[key % P]];
    counts.forEach((n, a) => {
      tally.association[a] += (n * n) / Math.max(1, ofTruth + ofPredicted - n);
      tally.associationRecall[a] += (n * n) / Math.max(1, ofTruth);
      tally.associationPrecision[a] += (n * n) / Math.max(1, ofPredicted);
    });
  }
}

/** Per pair of objects, key g * P + p: similarity over the frames, each weighted down by its rivals in that frame. */
function potentialMatches({ frames, predictedIds: P }: TrackingSequence): Map<number, number> {
  const potential = new Map<number, number>();
  for (const { truth, predicted, similarity } of frames) {
    const perTruth = new Float64Array(truth.length);
    const perPredicted = new Float64Array(predicted.length);
    similarity.forEach((s, i) => {
      perTruth[Math.floor(i / predicted.length)] += s;
      perPredicted[i % predicted.length] += s;
    });
    similarity.forEach((s, i) => {
      const [g, p] = [Math.floor(i / predicted.length), i % predicted.length];
      const union = perPredicted[p] + perTruth[g] - s;
      if (s === 0 || union <= Number.EPSILON) return;
      const key = truth[g] * P + predicted[p];
      potential.set(key, (potential.get(key) ?? 0) + s / union);
    });
  }
  return potential;
}

/** The scores per alpha. Nothing found: LocA 1, all others 0. */
export function hotaScores(tally: HotaTally): Hota<number[]> {
  const { truePositives, falseNegatives, falsePositives } = tally;
  const perAlpha = (score: (tp: number, a: number) => number) => [...truePositives].map(score);
  const DetA = perAlpha((tp, a) => tp / Math.max(1, tp + falseNegatives[a] + falsePositives[a]));
  const AssA = perAlpha((tp, a) => tally.association[a] / Math.max(1, tp));
  return {
    HOTA: DetA.map((det, a) => Math.sqrt(det * AssA[a]!)),
    DetA,
    AssA,
    DetRe: perAlpha((tp, a) => tp / Math.max(1, tp + falseNegatives[a])),
    DetPr: perAlpha((tp, a) => tp / Math.max(1, tp + falsePositives[a])),
    AssRe: perAlpha((tp, a) => tally.associationRecall[a] / Math.max(1, tp)),
    AssPr: perAlpha((tp, a) => tally.associationPrecision[a] / Math.max(1, tp)),
    LocA: perAlpha((tp, a) => Math.max(1e-10, tally.similarity[a]) / Math.max(1e-10, tp)),
  };
}
