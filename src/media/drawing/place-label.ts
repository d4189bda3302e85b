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
}

/** A label that others would hide by more than this share is left out: neither could be read. */
const READABLE_OVERLAP = 0.4;

/**
 * Where a label goes: above its box, else inside at the top, below, inside at the bottom, first at the box's left edge, then
 * at its right: the first place inside the picture that is free; when none is, the one that shares the least with the labels
 * already placed. Undefined when that would still hide it or them.
 */
export function placeLabel({ box, chip, size, taken }: LabelPlacing): Rect | undefined {
  const within = (left: number) => Math.max(0, Math.min(left, evenBelow(size.width - chip.width)));
  const lefts = [within(box.left), within(evenBelow(box.right - chip.width))];
  const inside = (top: number) => top >= 0 && top + chip.height <= size.height;
  const tops = [box.top - chip.height, box.top, box.bottom, box.bottom - chip.height].map(evenBelow).filter(inside);
  const places = lefts.flatMap((left) => (tops.length > 0 ? tops : [0]).map((top) => rectAt(left, top, chip, size)));
  let best: Rect | undefined;
  let least = READABLE_OVERLAP * chip.width * chip.height;
  for (const place of places) {
    const shared = taken.reduce((sum, other) => sum + overlap(place, other), 0);
    if (shared === 0) return place;
    if (shared < least) [best, least] = [place, shared];
  }
  return best;
}

function rectAt(left: number, top: number, chip: Size, size: Size): Rect {
  const right = Math.min(size.width, left + chip.width);
  return { left, top, right, bottom: Math.min(size.height, top + chip.height) };
}

/** Area that two rectangles share, px^2. */
function overlap(a: Rect, b: Rect): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

function evenBelow(value: number): number {
  return 2 * Math.floor(value / 2);
}
