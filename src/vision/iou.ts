import type { Box } from '#core/box.js';

/*
 * Overlap of two boxes, for matching. Boxes may have any unit, the same for both. A box without area (x2 <= x1 or
 * y2 <= y1) overlaps nothing: its IoU is 0 even with itself. Inverted boxes count as empty. NaN in, NaN or 0 out.
 */

/** Area of a box; 0 where it is empty or inverted. */
export function areaOf([x1, y1, x2, y2]: Box): number {
  return x2 > x1 && y2 > y1 ? (x2 - x1) * (y2 - y1) : 0;
}

/** Area that both boxes cover. */
export function intersectionOf(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/**
 * Intersection over union, 0..1 (Jaccard index). 0 where the union is empty.
 * @example iou([0, 0, 2, 2], [1, 0, 3, 2]) // 1/3
 */
export function iou(a: Box, b: Box): number {
  const intersection = intersectionOf(a, b);
  return intersection > 0 ? intersection / (areaOf(a) + areaOf(b) - intersection) : 0;
}

/**
 * Generalised IoU, -1..1: IoU - (C - U) / C, C the smallest box around both and U their union
 * (Rezatofighi et al. 2019, arXiv:1902.09630, algorithm 1). 0 where C has no area.
 */
export function giou(a: Box, b: Box): number {
  const intersection = intersectionOf(a, b);
  const union = areaOf(a) + areaOf(b) - intersection;
  const hull = areaOf(hullOf(a, b));
  if (!(hull > 0)) return 0;
  return (union > 0 ? intersection / union : 0) - (hull - union) / hull;
}

/**
 * Distance IoU, -1..1: IoU - d^2 / c^2, d the distance of the centres and c the diagonal of the smallest box around both
 * (Zheng et al. 2020, arXiv:1911.08287, equation 7). The IoU itself where c is 0.
 */
export function diou(a: Box, b: Box): number {
  const hull = hullOf(a, b);
  const diagonal = (hull[2] - hull[0]) ** 2 + (hull[3] - hull[1]) ** 2;
  if (!(diagonal > 0)) return iou(a, b);
  const distance = ((a[0] + a[2] - b[0] - b[2]) / 2) ** 2 + ((a[1] + a[3] - b[1] - b[3]) / 2) ** 2;
  return iou(a, b) - distance / diagonal;
}

/**
 * Complete IoU, -1.5..1: DIoU - alpha * v, v = (4 / pi^2) * (atan(w / h) - atan(w' / h'))^2 and alpha = v / (1 - IoU + v)
 * (Zheng et al. 2020, arXiv:1911.08287, equations 8 to 11; alpha is 0 where v is, the shape of a point is 0).
 */
export function ciou(a: Box, b: Box): number {
  const shape = Math.atan2(a[2] - a[0], a[3] - a[1]) - Math.atan2(b[2] - b[0], b[3] - b[1]);
  const v = (4 / Math.PI ** 2) * shape ** 2;
  return v > 0 ? diou(a, b) - v ** 2 / (1 - iou(a, b) + v) : diou(a, b);
}

function hullOf(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
