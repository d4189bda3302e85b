import { type JudgedPicture, orderByScore } from './pictures.js';
import { precisionRecall, samplePrecision } from './precision.js';
import { boxSimilarity } from './similarity.js';
import { type Tally, tallyPictures } from './tally.js';

/** How one class fares as the score threshold moves; every array runs over the thresholds 0, 0.001, ... 1. */
export interface ClassCurves {
  readonly classId: number;
  /** Truths that count; with none of them every figure is 0. */
  readonly truths: number;
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
  /** Precision at recall 0, 0.01, ... 1 (the highest that is still reached at that recall or beyond). */
  readonly precisionAtRecall: Float64Array;
  /** Where F1 is highest. Keep detections with `score >= threshold`. */
  readonly best: OperatingPoint;
}

export interface OperatingPoint {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Steps of the threshold axis of {@link ClassCurves}. */
export const THRESHOLD_STEPS = 1000;

/** Precision, recall and F1 over the score threshold, and the best threshold, per class, at one IoU (usually 0.5). */
export function scoreCurves(
  pictures: readonly JudgedPicture[],
  classCount: number,
  { iou = 0.5, maxDetections = 300 }: { readonly iou?: number; readonly maxDetections?: number } = {},
): ClassCurves[] {
  const tallies = tallyPictures(pictures, classCount, {
    similarity: boxSimilarity,
    thresholds: [iou],
    areas: [[0, Number.POSITIVE_INFINITY]],
    maxDetections,
    ignored: ({ difficult }) => difficult === true,
  });
  return tallies.map((tally, classId) => classCurves(tally, classId));
}

function classCurves(tally: Tally, classId: number): ClassCurves {
  const truths = tally.positives[0]!;
  const order = orderByScore(tally.scores);
  const points = operatingPoints(tally, order);
  const precision = new Float64Array(THRESHOLD_STEPS + 1);
  const recall = new Float64Array(THRESHOLD_STEPS + 1);
  const f1 = new Float64Array(THRESHOLD_STEPS + 1);
  let next = 0;
  for (let step = THRESHOLD_STEPS; step >= 0; step--) {
    while (next < points.length && points[next]!.threshold >= step / THRESHOLD_STEPS) next++;
    const point = points[next - 1] ?? NOTHING_KEPT;
    precision[step] = point.precision;
    recall[step] = point.recall;
    f1[step] = point.f1;
  }
  const precisionAtRecall =
    truths === 0 ? new Float64Array(101) : samplePrecision(precisionRecall({ tally, area: 0, order, bit: 1 }));
  return { classId, truths, precision, recall, f1, precisionAtRecall, best: bestPoint(points) };
}

const NOTHING_KEPT: OperatingPoint = { threshold: 1, precision: 0, recall: 0, f1: 0 };

/** One point per distinct score, highest first: what is kept with that score as the threshold. */
function operatingPoints(tally: Tally, order: Uint32Array): OperatingPoint[] {
  const points: OperatingPoint[] = [];
  const truths = tally.positives[0]!;
  let right = 0;
  let kept = 0;
  for (let n = 0; n < order.length; n++) {
    const index = order[n]!;
    if (tally.ignored[0]![index] === 0) {
      kept++;
      right += tally.matched[0]![index]!;
    }
    const threshold = tally.scores[index]!;
    if (n + 1 < order.length && tally.scores[order[n + 1]!] === threshold) continue;
    const precision = kept === 0 ? 0 : right / kept;
    const recall = truths === 0 ? 0 : right / truths;
    points.push({ threshold, precision, recall, f1: kept + truths === 0 ? 0 : (2 * right) / (kept + truths) });
  }
  return points;
}

/** The highest F1 (the highest threshold among equals), its threshold moved halfway to the next lower score. */
function bestPoint(points: readonly OperatingPoint[]): OperatingPoint {
  let best = -1;
  points.forEach(({ f1 }, index) => {
    if (f1 > (best < 0 ? 0 : points[best]!.f1)) best = index;
  });
  if (best < 0) return NOTHING_KEPT;
  const lower = points[best + 1]?.threshold ?? points[best]!.threshold;
  return { ...points[best]!, threshold: (points[best]!.threshold + lower) / 2 };
}
