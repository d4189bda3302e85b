import type { Detection } from '#core/detection.js';
import { iou } from '#vision/iou.js';

export interface SecondBoxOptions {
  /** Largest IoU of two boxes of two objects. */
  readonly newOverlap: number;
  /** Only boxes of one class may be of one object. */
  readonly perClass: boolean;
}

/**
 * Detections without those that are second boxes of an object: they overlap one that is `seen`, or a better one among
 * themselves. Their order stays; ties go to the first.
 */
export function withoutSecondBoxes(
  fresh: readonly Detection[],
  seen: readonly Detection[],
  { newOverlap, perClass }: SecondBoxOptions,
): readonly Detection[] {
  if (newOverlap >= 1) return fresh;
  const isSecond = ({ box, classId }: Detection, others: Iterable<Detection>): boolean => {
    for (const other of others) {
      if ((!perClass || other.classId === classId) && iou(other.box, box) > newOverlap) return true;
    }
    return false;
  };
  const kept = new Set<Detection>();
  for (const detection of [...fresh].sort((a, b) => b.score - a.score)) {
    if (!isSecond(detection, seen) && !isSecond(detection, kept)) kept.add(detection);
  }
  return fresh.filter((detection) => kept.has(detection));
}
