import type { Annotation } from '#core/annotation.js';
import { areaOf, type Found } from './pictures.js';

/** How alike detections and truths are: `[D, G]`, row-major, 0..1. D detections, G truths. */
export type Similarity = (detections: readonly Found[], truths: readonly Annotation[]) => Float64Array;

/**
 * IoU of every detection with every truth. With a crowd the union is the detection's own area, so that a box inside
 * the region reaches 1 (COCO). Boxes without area are alike to nothing.
 */
export const boxSimilarity: Similarity = (detections, truths) => {
  const result = new Float64Array(detections.length * truths.length);
  for (let g = 0; g < truths.length; g++) {
    const [gx1, gy1, gx2, gy2] = truths[g]!.box;
    const truthArea = (gx2 - gx1) * (gy2 - gy1);
    const crowd = truths[g]!.crowd === true;
    for (let d = 0; d < detections.length; d++) {
      const [x1, y1, x2, y2] = detections[d]!.box;
      const width = Math.min(x2, gx2) - Math.max(x1, gx1);
      const height = Math.min(y2, gy2) - Math.max(y1, gy1);
      if (width <= 0 || height <= 0) continue;
      const intersection = width * height;
      const area = (x2 - x1) * (y2 - y1);
      result[d * truths.length + g] = intersection / (crowd ? area : area + truthArea - intersection);
    }
  }
  return result;
};

/** Per-landmark constants of COCO's 17 points of a person: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles. */
export const COCO_PERSON_SIGMAS: readonly number[] = [
  0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89,
].map((sigma) => sigma / 10);

/**
 * Object keypoint similarity (COCO): mean over the labelled landmarks of exp(-d^2 / (2 area (2 sigma)^2)).
 * A truth without labelled landmarks measures the distance to its box grown to three times its size.
 * @param sigmas one per landmark; both sides must have as many landmarks
 */
export function landmarkSimilarity(sigmas: readonly number[]): Similarity {
  return (detections, truths) => {
    const result = new Float64Array(detections.length * truths.length);
    truths.forEach((truth, g) => {
      detections.forEach((found, d) => {
        result[d * truths.length + g] = keypointSimilarity(found, truth, sigmas);
      });
    });
    return result;
  };
}

function keypointSimilarity(found: Found, truth: Annotation, sigmas: readonly number[]): number {
  const points = found.landmarks ?? [];
  if (points.length !== sigmas.length) {
    throw new RangeError(`landmarkSimilarity: expected ${sigmas.length} landmarks, got ${points.length}`);
  }
  const area = areaOf(truth) + Number.EPSILON;
  const labelled = countVisible(truth);
  let sum = 0;
  for (let k = 0; k < sigmas.length; k++) {
    const goal = truth.landmarks?.[k];
    if (labelled > 0 && !(goal !== undefined && goal[2] > 0)) continue;
    const [dx, dy] =
      labelled > 0 ? [points[k]![0] - goal![0], points[k]![1] - goal![1]] : outside(points[k]!, truth.box);
    sum += Math.exp(-(dx * dx + dy * dy) / (2 * sigmas[k]!) ** 2 / area / 2);
  }
  return sum / (labelled > 0 ? labelled : sigmas.length);
}

/** Landmarks of a truth that were labelled (visibility above 0). */
export function countVisible(truth: Annotation): number {
  return truth.landmarks?.filter(([, , visibility]) => visibility > 0).length ?? 0;
}

/** How far a point lies outside the box grown by its own size to each side. */
function outside(point: readonly number[], [x1, y1, x2, y2]: Annotation['box']): [number, number] {
  const width = x2 - x1;
  const height = y2 - y1;
  const beyond = (value: number, low: number, high: number): number =>
    Math.max(0, low - value) + Math.max(0, value - high);
  return [beyond(point[0]!, x1 - width, x2 + width), beyond(point[1]!, y1 - height, y2 + height)];
}
