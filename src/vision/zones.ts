import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import type { Size } from '#core/size.js';

/** A corner in fractions of the frame, 0..1, x to the right, y down. */
export type Corner = readonly [x: number, y: number];

/** A closed area of the frame, at least three corners; it may be concave, and crosses itself by the even-odd rule. */
export type Polygon = readonly Corner[];

export interface ZoneOptions {
  /** Regions of interest: a detection counts when its centre lies in any of them. None: the whole frame counts. */
  readonly zones?: readonly Polygon[];
  /** Areas to ignore: a detection whose centre lies in one is dropped, in a zone or not. */
  readonly masks?: readonly Polygon[];
}

/**
 * Keeps what lies where it is looked for; undefined when nothing restricts it.
 * @throws RangeError for a polygon of fewer than three corners or corners outside 0..1
 */
export function createZoneFilter({
  zones = [],
  masks = [],
}: ZoneOptions): (<T extends Detection>(detections: readonly T[], frame: Size) => T[]) | undefined {
  for (const polygon of [...zones, ...masks]) check(polygon);
  if (zones.length === 0 && masks.length === 0) return undefined;
  return (detections, frame) =>
    detections.filter(({ box }) => {
      const centre = centreOf(box, frame);
      const inside = zones.length === 0 || zones.some((zone) => contains(zone, centre));
      return inside && !masks.some((mask) => contains(mask, centre));
    });
}

/** Even-odd rule by a ray to the right (W. R. Franklin, PNPOLY); the left and upper edges belong to the polygon. */
export function contains(polygon: Polygon, [x, y]: Corner): boolean {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [x1, y1] = polygon[at]!;
    const [x2, y2] = polygon[before]!;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

function centreOf([x1, y1, x2, y2]: Box, { width, height }: Size): Corner {
  return [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height];
}

function check(polygon: Polygon): void {
  const fine = polygon.length >= 3 && polygon.flat().every((value) => value >= 0 && value <= 1);
  if (!fine) throw new RangeError(`zones: expected at least three corners in 0..1, got ${JSON.stringify(polygon)}`);
}
