import type { JudgedPicture } from './pictures.js';
import { boxSimilarity } from './similarity.js';
import { tallyPictures } from './tally.js';

/** How well one picture was read at a score threshold. */
export interface PictureQuality {
  /** Position in the list of pictures. */
  readonly index: number;
  /**
   * Panoptic quality (Kirillov et al. 2019, eq. 1) on boxes: sum of IoU of the right ones / (right + false/2 + missed/2);
   * 1 for a picture without objects in which nothing was found.
   */
  readonly quality: number;
  readonly right: number;
  readonly falsePositives: number;
  readonly missed: number;
}

export interface QualityOptions {
  readonly score?: number;
  readonly iou?: number;
}

/** The quality of every picture, worst first (ties in the given order). */
export function pictureQuality(
  pictures: readonly JudgedPicture[],
  classCount: number,
  options: QualityOptions = {},
): PictureQuality[] {
  return pictures
    .map((picture, index) => ({ index, ...judge(picture, classCount, options) }))
    .sort((left, right) => left.quality - right.quality || left.index - right.index);
}

function judge(
  picture: JudgedPicture,
  classCount: number,
  { score = 0.25, iou = 0.5 }: QualityOptions,
): Omit<PictureQuality, 'index'> {
  const detections = picture.detections.filter((found) => found.score >= score);
  const tallies = tallyPictures([{ ...picture, detections }], classCount, {
    similarity: boxSimilarity,
    thresholds: [iou],
    areas: [[0, Number.POSITIVE_INFINITY]],
    maxDetections: Number.POSITIVE_INFINITY,
    ignored: ({ difficult }) => difficult === true,
  });
  let right = 0;
  let falsePositives = 0;
  let positives = 0;
  let overlap = 0;
  for (const tally of tallies) {
    positives += tally.positives[0]!;
    tally.matched[0]!.forEach((matched, n) => {
      if (tally.ignored[0]![n] !== 0) return;
      right += matched;
      falsePositives += 1 - matched;
      overlap += matched === 1 ? tally.similarities[n]! : 0;
    });
  }
  const missed = positives - right;
  const whole = right + (falsePositives + missed) / 2;
  return { quality: whole === 0 ? 1 : overlap / whole, right, falsePositives, missed };
}

/** False boxes per picture, over all pictures and over those without any labelled object (the swarm test). */
export function falsePositivesPerPicture(
  pictures: readonly JudgedPicture[],
  classCount: number,
  options: QualityOptions = {},
): { readonly all: number; readonly empty: number; readonly emptyPictures: number } {
  const judged = pictures.map((picture) => judge(picture, classCount, options));
  const empty = judged.filter((_, index) => pictures[index]!.truths.length === 0);
  const perPicture = (list: readonly { falsePositives: number }[]): number =>
    list.length === 0 ? 0 : list.reduce((sum, { falsePositives }) => sum + falsePositives, 0) / list.length;
  return { all: perPicture(judged), empty: perPicture(empty), emptyPictures: empty.length };
}
