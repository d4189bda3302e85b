import type { Size } from '#core/size.js';

/** Left and top inclusive, right and bottom exclusive, px. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelPlacing {
  readonly box: Rect;
  readonly chip: Size;
  readonly size: Size;
  /** Labels that already have their place. */
  readonly taken: readonly Rect[];
  /** What the other boxes hold. */
  readonly others?: readonly Rect[];
}

/** A label's place and how much it hides: 0 nothing, 1 a whole other box. */
export interface LabelPlace {
  readonly rect: Rect;
  readonly cost: number;
}

/** A label that others would hide by more than this share is left out: neither could be read. */
const READABLE_OVERLAP = 0.4;
/** Up to this cost a place is as good as a free one. */
export const CLEAR = 0.2;
/** What lies under a label counts so much more where it is another label, so much less where it is the label's own box. */
const LABEL_WEIGHT = 4;
const OWN_WEIGHT = 0.5;

/**
 * Where a label goes: above its box, else inside at the top, below, inside at the bottom, first at the box's left edge, then
 * at its right: the first place inside the picture that is free of labels and hides little of any box; when none is, the
 * one that hides the least. Undefined when that would still hide another label.
 */
export function placeLabel({ box, chip, size, taken, others = [] }: LabelPlacing): LabelPlace | undefined {
  const within = (left: number) => Math.max(0, Math.min(left, evenBelow(size.width - chip.width)));
  const lefts = [within(box.left), within(evenBelow(box.right - chip.width))];
  const inside = (top: number) => top >= 0 && top + chip.height <= size.height;
  const tops = [box.top - chip.height, box.top, box.bottom, box.bottom - chip.height].map(evenBelow).filter(inside);
  let best: LabelPlace | undefined;
  for (const left of lefts) {
    for (const top of tops.length > 0 ? tops : [0]) {
      const rect = rectAt(left, top, chip, size);
      const shared = taken.reduce((sum, other) => sum + overlap(rect, other), 0) / (chip.width * chip.height);
      if (shared >= READABLE_OVERLAP) continue;
      let hidden = OWN_WEIGHT * hiddenShare(box, rect);
      for (const other of others) hidden = Math.max(hidden, hiddenShare(other, rect));
      const cost = LABEL_WEIGHT * shared + hidden;
      if (shared === 0 && cost <= CLEAR) return { rect, cost };
      if (best === undefined || cost < best.cost) best = { rect, cost };
    }
  }
  return best;
}

function hiddenShare(box: Rect, by: Rect): number {
  return overlap(box, by) / ((box.right - box.left) * (box.bottom - box.top));
}

function rectAt(left: number, top: number, chip: Size, size: Size): Rect {
  const right = Math.min(size.width, left + chip.width);
  return { left, top, right, bottom: Math.min(size.height, top + chip.height) };
}

/** Area that two rectangles share, px^2. */
function overlap(a: Rect, b: Rect): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function evenBelow(value: number): number {
  return 2 * Math.floor(value / 2);
}
