import type { Annotation } from '#core/annotation.js';
import { areaOf, type Found, type JudgedPicture, orderByScore } from './pictures.js';
import type { Similarity } from './similarity.js';

// T thresholds, A area ranges, D detections and G truths of one class in one picture.

/** What counts as a match and what is left out. */
export interface MatchRules {
  readonly similarity: Similarity;
  /** Least similarity of a match, ascending, at most 31. */
  readonly thresholds: readonly number[];
  /** Ranges of object area in px^2, both ends included. */
  readonly areas: readonly (readonly [low: number, high: number])[];
  /** Only the best-scored detections of a class in a picture are looked at. */
  readonly maxDetections: number;
  /** Truths that are matched but not counted. */
  readonly ignored: (truth: Annotation) => boolean;
}

/** The fate of every detection of one class over all pictures; bit t of a mask speaks for threshold t. */
export interface Tally {
  readonly scores: number[];
  /** 0 for the best detection of its class in its picture, 1 for the next. */
  readonly ranks: number[];
  /** Index of the picture. */
  readonly pictures: number[];
  /** `[A][N]` bit masks: matched a truth. */
  readonly matched: number[][];
  /** `[A][N]` bit masks: matched one that is ignored, or matched nothing and lies outside the area range. */
  readonly ignored: number[][];
  /** Similarity to the truth taken at the first threshold in the first area range, 0 where none. */
  readonly similarities: number[];
  /** `[A]`: truths that count. */
  readonly positives: number[];
}

/** Matches all pictures, class by class, by the rules of COCO (pycocotools' `evaluateImg`). */
export function tallyPictures(pictures: readonly JudgedPicture[], classCount: number, rules: MatchRules): Tally[] {
  const tallies = Array.from({ length: classCount }, () => emptyTally(rules.areas.length));
  pictures.forEach((picture, index) => {
    const truths = groupByClass(picture.truths);
    const found = groupByClass(picture.detections);
    for (const classId of new Set([...truths.keys(), ...found.keys()])) {
      if (picture.labelled !== undefined && !picture.labelled.includes(classId)) continue;
      const tally = tallies[classId];
      if (tally === undefined) throw new RangeError(`tallyPictures: class ${classId} of ${classCount}`);
      addPicture(tally, { index, truths: truths.get(classId) ?? [], found: found.get(classId) ?? [] }, rules);
    }
  });
  return tallies;
}

function emptyTally(areas: number): Tally {
  const lists = (): number[][] => Array.from({ length: areas }, () => []);
  return {
    scores: [],
    ranks: [],
    pictures: [],
    matched: lists(),
    ignored: lists(),
    similarities: [],
    positives: Array(areas).fill(0),
  };
}

function groupByClass<T extends { readonly classId: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(item.classId);
    if (group === undefined) groups.set(item.classId, [item]);
    else group.push(item);
  }
  return groups;
}

interface ClassInPicture {
  readonly index: number;
  readonly truths: readonly Annotation[];
  readonly found: readonly Found[];
}

function addPicture(tally: Tally, { index, truths, found }: ClassInPicture, rules: MatchRules): void {
  const order = orderByScore(found.map(({ score }) => score)).subarray(0, rules.maxDetections);
  const detections = Array.from(order, (position) => found[position]!);
  const similarity = rules.similarity(detections, truths);
  const areas = truths.map(areaOf);
  const always = truths.map((truth) => truth.crowd === true || rules.ignored(truth));
  detections.forEach(({ score }, rank) => {
    tally.scores.push(score);
    tally.ranks.push(rank);
    tally.pictures.push(index);
  });
  rules.areas.forEach(([low, high], a) => {
    const ignored = truths.map((_, g) => always[g]! || areas[g]! < low || areas[g]! > high);
    tally.positives[a]! += ignored.filter((skip) => !skip).length;
    const matching = { detections, truths, similarity, ignored, thresholds: rules.thresholds };
    const { matchedMasks, ignoredMasks, similarities } = matchClass(matching);
    if (a === 0) tally.similarities.push(...similarities);
    const all = 2 ** rules.thresholds.length - 1;
    detections.forEach((detection, d) => {
      const area = areaOf(detection);
      const outside = area < low || area > high;
      tally.matched[a]!.push(matchedMasks[d]!);
      tally.ignored[a]!.push(ignoredMasks[d]! | (outside ? all & ~matchedMasks[d]! : 0));
    });
  });
}

interface Matching {
  /** Best score first. */
  readonly detections: readonly Found[];
  readonly truths: readonly Annotation[];
  /** `[D, G]` */
  readonly similarity: Float64Array;
  readonly ignored: readonly boolean[];
  readonly thresholds: readonly number[];
}

interface Matched {
  readonly matchedMasks: Uint32Array;
  readonly ignoredMasks: Uint32Array;
  readonly similarities: Float64Array;
}

/**
 * Greedy matching: each detection, best score first, takes the most similar truth that is free; one that counts before any
 * that is ignored; later truths win ties. Crowds are never used up.
 */
function matchClass(matching: Matching): Matched {
  const { detections, truths, similarity, ignored, thresholds } = matching;
  const D = detections.length;
  const G = truths.length;
  const columns = [...truths.keys()].sort((left, right) => Number(ignored[left]) - Number(ignored[right]));
  const taken = new Uint32Array(G);
  const matchedMasks = new Uint32Array(D);
  const ignoredMasks = new Uint32Array(D);
  const similarities = new Float64Array(D);
  for (let t = 0; t < thresholds.length; t++) {
    const bit = 1 << t;
    const least = Math.min(thresholds[t]!, 1 - 1e-10);
    for (let d = 0; d < D; d++) {
      let best = -1;
      let bestSimilarity = least;
      for (const g of columns) {
        if ((taken[g]! & bit) !== 0 && truths[g]!.crowd !== true) continue;
        if (best >= 0 && !ignored[best] && ignored[g]) break;
        if (similarity[d * G + g]! < bestSimilarity) continue;
        bestSimilarity = similarity[d * G + g]!;
        best = g;
      }
      if (best < 0) continue;
      taken[best]! |= bit;
      matchedMasks[d]! |= bit;
      if (ignored[best]) ignoredMasks[d]! |= bit;
      if (t === 0) similarities[d] = bestSimilarity;
    }
  }
  return { matchedMasks, ignoredMasks, similarities };
}
