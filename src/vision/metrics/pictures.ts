import type { Annotation } from '#core/annotation.js';
import type { Detection } from '#core/detection.js';

/** A detection as evaluation reads it. */
export type Found = Pick<Detection, 'box' | 'classId' | 'score' | 'landmarks'> & {
  /** px^2; absent: the box's. */
  readonly area?: number;
};

/** What is there and what was found in one picture, in the same pixels. */
export interface JudgedPicture {
  readonly truths: readonly Annotation[];
  readonly detections: readonly Found[];
  /** Class ids that the picture is labelled for; detections of other classes are left out. Absent: all. */
  readonly labelled?: readonly number[];
}

/** Area of a box in px^2, or the area it was given. */
export function areaOf({ box, area }: { readonly box: readonly number[]; readonly area?: number }): number {
  return area ?? (box[2]! - box[0]!) * (box[3]! - box[1]!);
}

/** Stable order of scores, highest first: NaN last, ties as they came. */
export function orderByScore(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  const key = (index: number): number => (Number.isNaN(scores[index]!) ? Number.NEGATIVE_INFINITY : scores[index]!);
  return order.sort((left, right) => key(right) - key(left) || left - right);
}
