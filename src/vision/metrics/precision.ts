import type { Tally } from './tally.js';

/** Precision (not increasing towards higher recall) and recall after each detection that counts. */
export function precisionRecall(cut: {
  readonly tally: Tally;
  readonly area: number;
  readonly order: ArrayLike<number>;
  readonly bit: number;
}): { precision: Float64Array; recall: Float64Array } {
  const { tally, area, order, bit } = cut;
  const precision = new Float64Array(order.length);
  const recall = new Float64Array(order.length);
  let right = 0;
  let wrong = 0;
  for (let n = 0; n < order.length; n++) {
    const index = order[n]!;
    if ((tally.ignored[area]![index]! & bit) === 0) {
      if ((tally.matched[area]![index]! & bit) !== 0) right++;
      else wrong++;
    }
    precision[n] = right / (right + wrong + Number.EPSILON);
    recall[n] = right / tally.positives[area]!;
  }
  for (let n = order.length - 1; n > 0; n--) precision[n - 1] = Math.max(precision[n - 1]!, precision[n]!);
  return { precision, recall };
}

/** Precision at recall 0, 0.01, ... 1: at the first point that reaches the recall, 0 beyond the last. */
export function samplePrecision({
  precision,
  recall,
}: {
  precision: Float64Array;
  recall: Float64Array;
}): Float64Array {
  const sampled = new Float64Array(101);
  let n = 0;
  for (let r = 0; r <= 100; r++) {
    while (n < recall.length && recall[n]! < r * 0.01) n++;
    if (n === recall.length) break;
    sampled[r] = precision[n]!;
  }
  return sampled;
}
