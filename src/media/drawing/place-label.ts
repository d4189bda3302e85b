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

/**
 * Where a label goes: above its box, else inside at the top, below, inside at the bottom: the first place inside the picture
 * that is free; when none is, the one that hides the least of the labels already placed.
 */
export function placeLabel({ box, chip, size, taken }: LabelPlacing): Rect {
  const left = Math.max(0, Math.min(box.left, evenBelow(size.width - chip.width)));
  const inside = (top: number) => top >= 0 && top + chip.height <= size.height;
  const tops = [box.top - chip.height, box.top, box.bottom, box.bottom - chip.height].map(evenBelow);
  const fallback = Math.max(0, Math.min(tops[0]!, evenBelow(size.height - chip.height)));
  const places = [...tops.filter(inside), fallback].map((top) => rectAt(left, top, chip, size));
  const hidden = places.map((place) => taken.reduce((sum, other) => sum + overlap(place, other), 0));
  return places[hidden.indexOf(Math.min(...hidden))]!;
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
