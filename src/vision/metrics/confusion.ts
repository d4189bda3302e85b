import type { JudgedPicture } from './pictures.js';
import { boxSimilarity } from './similarity.js';

/** Who was taken for whom. Index C of C classes stands for the background. */
export interface Confusion {
  readonly classCount: number;
  /** `[C+1, C+1]`, row-major: row what was found, column what is there. Row C: missed; column C: false. */
  readonly counts: Uint32Array;
}

/**
 * Confusion matrix of boxes at one score and one IoU threshold. Pairs of any classes are made by falling IoU (of equal
 * IoU the pair of one class first), each box once. Truths that are crowd or difficult count nowhere, nor does an
 * unpaired detection that covers one of them.
 */
export function confusionMatrix(
  pictures: readonly JudgedPicture[],
  classCount: number,
  { score = 0.25, iou = 0.5 }: { readonly score?: number; readonly iou?: number } = {},
): Confusion {
  const counts = new Uint32Array((classCount + 1) ** 2);
  const count = (found: number, there: number): void => {
    counts[found * (classCount + 1) + there]!++;
  };
  for (const picture of pictures) {
    const kept = { ...picture, detections: picture.detections.filter((found) => isKept(found, picture, score)) };
    const { truthOf, detectionOf, excused } = pairUp(kept, iou);
    truthOf.forEach((g, d) => {
      if (g >= 0) count(kept.detections[d]!.classId, picture.truths[g]!.classId);
      else if (!excused[d]) count(kept.detections[d]!.classId, classCount);
    });
    picture.truths.forEach((truth, g) => {
      if (detectionOf[g]! < 0 && !isIgnored(truth)) count(classCount, truth.classId);
    });
  }
  return { classCount, counts };
}

type Truth = JudgedPicture['truths'][number];

function isIgnored({ crowd, difficult }: Truth): boolean {
  return crowd === true || difficult === true;
}

function isKept(found: JudgedPicture['detections'][number], picture: JudgedPicture, score: number): boolean {
  return found.score >= score && (picture.labelled?.includes(found.classId) ?? true);
}

interface Pairing {
  /** `[D]`: index of the paired truth, or -1. */
  readonly truthOf: Int32Array;
  /** `[G]`: index of the paired detection, or -1. */
  readonly detectionOf: Int32Array;
  /** `[D]`: lies on a crowd or a difficult truth. */
  readonly excused: readonly boolean[];
}

function pairUp({ truths, detections }: JudgedPicture, iou: number): Pairing {
  const similarity = boxSimilarity(detections, truths);
  const G = truths.length;
  const truthOf = new Int32Array(detections.length).fill(-1);
  const detectionOf = new Int32Array(G).fill(-1);
  const pairs: number[] = [];
  const excused = detections.map((_, d) =>
    truths.some((truth, g) => isIgnored(truth) && similarity[d * G + g]! >= iou),
  );
  similarity.forEach((value, cell) => {
    if (value >= iou && !isIgnored(truths[cell % G]!)) pairs.push(cell);
  });
  const sameClass = (cell: number): number =>
    Number(detections[Math.floor(cell / G)]!.classId === truths[cell % G]!.classId);
  pairs.sort((left, right) => similarity[right]! - similarity[left]! || sameClass(right) - sameClass(left));
  for (const cell of pairs) {
    const d = Math.floor(cell / G);
    const g = cell % G;
    if (truthOf[d]! >= 0 || detectionOf[g]! >= 0) continue;
    truthOf[d] = g;
    detectionOf[g] = d;
  }
  return { truthOf, detectionOf, excused };
}
