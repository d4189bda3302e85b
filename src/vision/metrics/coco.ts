import { type JudgedPicture, orderByScore } from './pictures.js';
import { precisionRecall, samplePrecision } from './precision.js';
import { boxSimilarity, COCO_PERSON_SIGMAS, countVisible, landmarkSimilarity } from './similarity.js';
import { type MatchRules, type Tally, tallyPictures } from './tally.js';

/**
 * COCO's figures of detection, 0..1; -1 where nothing is there to be found (as pycocotools says it).
 * AP averages IoU 0.50 to 0.95, AP50 and AP75 hold one; s, m, l are objects below 32^2, below 96^2 and above, px^2;
 * AR1, AR10, AR100 are recalls with that many detections per class and picture.
 */
export interface BoxMetrics extends BoxFigures {
  /** By class id. */
  readonly perClass: readonly ClassMetrics[];
}

export type ClassMetrics = BoxFigures & {
  readonly classId: number;
  /** Truths that count. */
  readonly truths: number;
};

export interface BoxFigures {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  readonly APs: number;
  readonly APm: number;
  readonly APl: number;
  readonly AR1: number;
  readonly AR10: number;
  readonly AR100: number;
  readonly ARs: number;
  readonly ARm: number;
  readonly ARl: number;
}

/** COCO's figures of landmarks, by object keypoint similarity instead of IoU; at most 20 detections per picture. */
export interface LandmarkMetrics {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  readonly APm: number;
  readonly APl: number;
  readonly AR: number;
  readonly AR50: number;
  readonly AR75: number;
  readonly ARm: number;
  readonly ARl: number;
}

const SMALL = 32 ** 2;
const MEDIUM = 96 ** 2;
const ALL = 1e5 ** 2;

/** 0.50, 0.55, ... 0.95 with the rounding of `numpy.linspace`, which decides ties. */
export const COCO_THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5,
);

export const BOX_RULES: MatchRules = {
  similarity: boxSimilarity,
  thresholds: COCO_THRESHOLDS,
  areas: [
    [0, ALL],
    [0, SMALL],
    [SMALL, MEDIUM],
    [MEDIUM, ALL],
  ],
  maxDetections: 100,
  ignored: ({ difficult }) => difficult === true,
};

/**
 * Judges boxes as pycocotools 2.0.11 does with `iouType='bbox'`. The order of pictures decides between equal scores.
 * A `difficult` truth counts neither way, which COCO has no word for.
 */
export function evaluateBoxes(pictures: readonly JudgedPicture[], classCount: number): BoxMetrics {
  const tallies = tallyPictures(pictures, classCount, BOX_RULES);
  const cuts = tallies.map(boxCuts);
  const perClass = tallies.map(({ positives }, classId) => ({
    classId,
    truths: positives[0]!,
    ...boxFigures([cuts[classId]!]),
  }));
  return { ...boxFigures(cuts), perClass };
}

type Cuts = Readonly<Record<'all' | 'small' | 'medium' | 'large' | 'first' | 'first10', Curves>>;

function boxCuts(tally: Tally): Cuts {
  const order = orderByScore(tally.scores);
  const cut = (area: number, maxDetections = 100): Curves => curvesOf({ tally, order, area, maxDetections });
  return { all: cut(0), small: cut(1), medium: cut(2), large: cut(3), first: cut(0, 1), first10: cut(0, 10) };
}

function boxFigures(cuts: readonly Cuts[]): BoxFigures {
  const of = (name: keyof Cuts): Curves[] => cuts.map((cut) => cut[name]);
  return {
    AP: averagePrecision(of('all')),
    AP50: averagePrecision(of('all'), 0),
    AP75: averagePrecision(of('all'), 5),
    APs: averagePrecision(of('small')),
    APm: averagePrecision(of('medium')),
    APl: averagePrecision(of('large')),
    AR1: averageRecall(of('first')),
    AR10: averageRecall(of('first10')),
    AR100: averageRecall(of('all')),
    ARs: averageRecall(of('small')),
    ARm: averageRecall(of('medium')),
    ARl: averageRecall(of('large')),
  };
}

/** Judges landmarks as pycocotools 2.0.11 does with `iouType='keypoints'`; truths without a labelled landmark are ignored. */
export function evaluateLandmarks(
  pictures: readonly JudgedPicture[],
  classCount: number,
  sigmas: readonly number[] = COCO_PERSON_SIGMAS,
): LandmarkMetrics {
  const tallies = tallyPictures(pictures, classCount, {
    similarity: landmarkSimilarity(sigmas),
    thresholds: COCO_THRESHOLDS,
    areas: [
      [0, ALL],
      [SMALL, MEDIUM],
      [MEDIUM, ALL],
    ],
    maxDetections: 20,
    ignored: (truth) => truth.difficult === true || countVisible(truth) === 0,
  });
  const orders = tallies.map(({ scores }) => orderByScore(scores));
  const of = (area: number): Curves[] =>
    tallies.map((tally, k) => curvesOf({ tally, order: orders[k]!, area, maxDetections: 20 }));
  const [all, medium, large] = [of(0), of(1), of(2)];
  return {
    AP: averagePrecision(all),
    AP50: averagePrecision(all, 0),
    AP75: averagePrecision(all, 5),
    APm: averagePrecision(medium),
    APl: averagePrecision(large),
    AR: averageRecall(all),
    AR50: averageRecall(all, 0),
    AR75: averageRecall(all, 5),
    ARm: averageRecall(medium),
    ARl: averageRecall(large),
  };
}

/** Per threshold: mean of the precision at 101 recalls, and the highest recall; undefined where nothing is to be found. */
type Curves = { readonly precision: Float64Array; readonly recall: Float64Array } | undefined;

function curvesOf(cut: { tally: Tally; order: Uint32Array; area: number; maxDetections: number }): Curves {
  const { tally, area, maxDetections } = cut;
  if (tally.positives[area] === 0) return undefined;
  const order = cut.order.filter((index) => tally.ranks[index]! < maxDetections);
  const T = COCO_THRESHOLDS.length;
  const precision = new Float64Array(T);
  const recall = new Float64Array(T);
  for (let t = 0; t < T; t++) {
    const points = precisionRecall({ tally, area, order, bit: 1 << t });
    const sampled = samplePrecision(points);
    precision[t] = sampled.reduce((sum, value) => sum + value, 0) / sampled.length;
    recall[t] = points.recall.at(-1) ?? 0;
  }
  return { precision, recall };
}

function averagePrecision(curves: readonly Curves[], threshold?: number): number {
  return mean(curves, (curve) => curve.precision, threshold);
}

function averageRecall(curves: readonly Curves[], threshold?: number): number {
  return mean(curves, (curve) => curve.recall, threshold);
}

function mean(
  curves: readonly Curves[],
  read: (curve: NonNullable<Curves>) => Float64Array,
  threshold?: number,
): number {
  const values = curves.flatMap((curve) => {
    if (curve === undefined) return [];
    return threshold === undefined ? [...read(curve)] : [read(curve)[threshold]!];
  });
  return values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
