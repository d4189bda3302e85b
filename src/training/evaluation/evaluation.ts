import { type BoxMetrics, evaluateBoxes } from '#vision/metrics/coco.js';
import { type Confusion, confusionMatrix } from '#vision/metrics/confusion.js';
import { type ClassCurves, scoreCurves } from '#vision/metrics/curves.js';
import type { JudgedPicture } from '#vision/metrics/pictures.js';
import { falsePositivesPerPicture, type PictureQuality, pictureQuality } from '#vision/metrics/quality.js';

/** All that an evaluation says of detections against the truth. */
export interface Evaluation {
  readonly labels: readonly string[];
  readonly pictures: number;
  readonly metrics: BoxMetrics;
  readonly curves: readonly ClassCurves[];
  /** At {@link Evaluation.threshold} and IoU 0.5. */
  readonly confusion: Confusion;
  /** Worst first, at the same threshold. */
  readonly quality: readonly PictureQuality[];
  readonly falsePositives: ReturnType<typeof falsePositivesPerPicture>;
  /** One score threshold for all classes: where the mean F1 of the classes that have truths is highest. */
  readonly threshold: number;
  /** The mean F1 there. */
  readonly f1: number;
}

/**
 * Judges detections (kept down to a score near 0, so that the curves are whole) in every way that the report shows.
 * @param pictures detections and truths in source px
 */
export function evaluateDetections(pictures: readonly JudgedPicture[], labels: readonly string[]): Evaluation {
  const C = labels.length;
  const curves = scoreCurves(pictures, C);
  const { threshold, f1 } = bestThreshold(curves);
  return {
    labels,
    pictures: pictures.length,
    metrics: evaluateBoxes(pictures, C),
    curves,
    confusion: confusionMatrix(pictures, C, { score: threshold }),
    quality: pictureQuality(pictures, C, { score: threshold }),
    falsePositives: falsePositivesPerPicture(pictures, C, { score: threshold }),
    threshold,
    f1,
  };
}

/** The middle of the thresholds at which the mean F1 is highest; 0.25 where no class has truths or nothing is right. */
export function bestThreshold(curves: readonly ClassCurves[]): { threshold: number; f1: number } {
  const mean = meanCurve(curves, ({ f1 }) => f1);
  const f1 = Math.max(0, ...mean);
  if (f1 === 0) return { threshold: 0.25, f1 };
  const first = mean.findIndex((value) => value >= f1 - 1e-9);
  let last = first;
  while (last + 1 < mean.length && mean[last + 1]! >= f1 - 1e-9) last++;
  return { threshold: Math.round((first + last) / 2) / (mean.length - 1), f1 };
}

/** Mean over the classes that have truths; empty where none has. */
export function meanCurve(curves: readonly ClassCurves[], pick: (one: ClassCurves) => Float64Array): number[] {
  const judged = curves.filter(({ truths }) => truths > 0).map(pick);
  const steps = judged[0]?.length ?? 0;
  return Array.from({ length: steps }, (_, step) => {
    let sum = 0;
    for (const values of judged) sum += values[step]!;
    return sum / judged.length;
  });
}

/** The figures that a card keeps: COCO's names, per class by label, rounded to 4 decimals. */
export function cardMetrics({
  metrics,
  labels,
  pictures,
  threshold,
  falsePositives,
}: Evaluation): Record<string, unknown> {
  const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
  const { AP, AP50, AP75, APs, APm, APl, AR100 } = metrics;
  const figures = Object.entries({ AP, AP50, AP75, APs, APm, APl, AR100 }).filter(([, value]) => value >= 0);
  const perClass = metrics.perClass.filter(({ truths }) => truths > 0);
  return {
    pictures,
    ...Object.fromEntries(figures.map(([name, value]) => [name, rounded(value)])),
    threshold: rounded(threshold),
    falsePositivesPerPicture: rounded(falsePositives.all),
    perClass: Object.fromEntries(
      perClass.map((one) => [
        labels[one.classId]!,
        { AP: rounded(one.AP), AP50: rounded(one.AP50), AR100: rounded(one.AR100), truths: one.truths },
      ]),
    ),
  };
}
