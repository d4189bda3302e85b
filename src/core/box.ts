/** Corners `[x1, y1, x2, y2]` in source-frame pixels (floats, x to the right, y down), x2 >= x1 and y2 >= y1. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Centre and size `[cx, cy, w, h]`, the same unit as the box it was made from. */
export type CentredBox = readonly [cx: number, cy: number, w: number, h: number];

/** The centred form of a box. Exact inverse of {@link toCorners} up to rounding. */
export function toCentred([x1, y1, x2, y2]: Box): CentredBox {
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}

/** The corner form of a centred box. */
export function toCorners([cx, cy, w, h]: CentredBox): Box {
  return [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
}
