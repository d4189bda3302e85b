import type { Anchor } from '#core/card.js';

// N objects, K anchors; sizes are width and height in px of the network's input.

/** How well a set of anchors serves a set of objects. */
export interface AnchorQuality {
  /** Fraction of objects with an anchor within the ratio limit: more cannot be found by the ratio rule. */
  readonly bestPossibleRecall: number;
  /** Mean over the objects of the best ratio match, 0 for those beyond the limit: what mutation refines. */
  readonly fitness: number;
  /** Mean over the objects of the IoU with the best anchor, both centred on one point. */
  readonly meanIou: number;
}

/** Limit of the ratio of sides, either way, between an object and an anchor that may be trained on it (YOLOv5, `anchor_t`). */
export const RATIO_LIMIT = 4;

/** IoU of two sizes that share their centre, 0..1; 0 where one of them has no area. */
export function sizeIou([w1, h1]: Anchor, [w2, h2]: Anchor): number {
  const intersection = Math.min(w1, w2) * Math.min(h1, h2);
  return intersection > 0 ? intersection / (w1 * h1 + w2 * h2 - intersection) : 0;
}

/** Smallest ratio of the sides of two sizes, 0..1: 1 for equal ones, 1/4 where one side is four times the other. */
export function sizeRatio([w1, h1]: Anchor, [w2, h2]: Anchor): number {
  return Math.min(w1 / w2, w2 / w1, h1 / h2, h2 / h1);
}

/**
 * Judges anchors as YOLOv5's `utils/autoanchor.py` does (ratio metric), and by IoU.
 * Without objects recall and means are 1: there is nothing that could be missed.
 */
export function judgeAnchors(
  sizes: readonly Anchor[],
  anchors: readonly Anchor[],
  ratioLimit = RATIO_LIMIT,
): AnchorQuality {
  if (sizes.length === 0) return { bestPossibleRecall: 1, fitness: 1, meanIou: 1 };
  let reached = 0;
  let ratios = 0;
  let ious = 0;
  for (const size of sizes) {
    let ratio = 0;
    let iou = 0;
    for (const anchor of anchors) {
      ratio = Math.max(ratio, sizeRatio(size, anchor));
      iou = Math.max(iou, sizeIou(size, anchor));
    }
    ious += iou;
    if (ratio <= 1 / ratioLimit) continue;
    reached++;
    ratios += ratio;
  }
  return { bestPossibleRecall: reached / sizes.length, fitness: ratios / sizes.length, meanIou: ious / sizes.length };
}
