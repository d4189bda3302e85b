import type { MeshBuilder } from './mesh.js';
import { alongSegment, applyTo, type Transform } from './transform.js';
import { add, cross, scale, subtract, unit, type Vector } from './vector.js';

/** A sphere (or, by its three radii, an ellipsoid) around `centre`. */
export function ellipsoid(
  into: MeshBuilder,
  {
    centre,
    radii,
    slot,
    around = 12,
    rows = 8,
  }: { centre: Vector; radii: Vector; slot: number; around?: number; rows?: number },
): void {
  const ring = (j: number): Vector[] => {
    const latitude = (Math.PI * j) / rows - Math.PI / 2;
    return Array.from({ length: around }, (_, i) => {
      const longitude = (2 * Math.PI * i) / around;
      const [c, s] = [Math.cos(latitude), Math.sin(latitude)];
      return add(centre, [radii[0] * c * Math.cos(longitude), radii[1] * c * Math.sin(longitude), radii[2] * s]);
    });
  };
  into.grid(
    Array.from({ length: rows + 1 }, (_, j) => ring(j)),
    () => slot,
    true,
  );
}

/** One cross-section of a tube: half width along x and y, where along the tube (0..1), and how far it is shifted. */
export interface Section {
  readonly at: number;
  readonly rx: number;
  readonly ry: number;
  readonly dx?: number;
  readonly dy?: number;
}

/**
 * A tube of elliptical sections from `from` to `to`, closed at its ends; `side` is roughly where x of the sections points.
 * `slots` may give a colour for every field between two sections.
 */
export function tube(
  into: MeshBuilder,
  options: {
    from: Vector;
    to: Vector;
    side?: Vector;
    sections: readonly Section[];
    slot: number;
    slots?: readonly number[];
    around?: number;
  },
): void {
  const { from, to, side = [1, 0, 0], sections, slot, slots, around = 10 } = options;
  const frame = alongSegment(from, to, side);
  const rows = sections.map((section) => ringOf(frame, section, around));
  const capped = [collapse(rows[0]!), ...rows, collapse(rows.at(-1)!)];
  into.grid(capped, (j) => slots?.[Math.min(Math.max(j - 1, 0), slots.length - 1)] ?? slot, true);
}

function ringOf(frame: Transform, { at, rx, ry, dx = 0, dy = 0 }: Section, around: number): Vector[] {
  return Array.from({ length: around }, (_, i) => {
    const angle = (2 * Math.PI * i) / around;
    return applyTo(frame, [dx + rx * Math.cos(angle), dy + ry * Math.sin(angle), at]);
  });
}

function collapse(ring: readonly Vector[]): Vector[] {
  const middle = scale(ring.reduce(add, [0, 0, 0] as Vector), 1 / ring.length);
  return ring.map(() => middle);
}

/** A limb: round ends and radii that change from one to the other. */
export function capsule(
  into: MeshBuilder,
  {
    from,
    to,
    r0,
    r1,
    slot,
    around = 10,
  }: { from: Vector; to: Vector; r0: number; r1: number; slot: number; around?: number },
): void {
  const axis = subtract(to, from);
  const length = Math.hypot(...axis);
  const direction = unit(axis);
  const start = subtract(from, scale(direction, r0));
  const end = add(to, scale(direction, r1));
  const whole = length + r0 + r1;
  const cap = (t: number, radius: number): number => radius * Math.sqrt(Math.max(0, 1 - t * t));
  const low = [-0.85, -0.5].map((t) => ({ at: (r0 + t * r0) / whole, rx: cap(t, r0), ry: cap(t, r0) }));
  const high = [0.5, 0.85].map((t) => ({ at: (r0 + length + t * r1) / whole, rx: cap(t, r1), ry: cap(t, r1) }));
  const middle = [0, 0.5, 1].map((t) => {
    const radius = r0 + (r1 - r0) * t;
    return { at: (r0 + t * length) / whole, rx: radius, ry: radius };
  });
  const side: Vector = Math.abs(direction[0]) > 0.8 ? [0, 1, 0] : [1, 0, 0];
  tube(into, { from: start, to: end, side, sections: [...low, ...middle, ...high], slot, around });
}

/** A cylinder with flat, sharp-edged ends. */
export function cylinder(
  into: MeshBuilder,
  {
    from,
    to,
    radius,
    slot,
    capSlot = slot,
    around = 16,
  }: { from: Vector; to: Vector; radius: number; slot: number; capSlot?: number; around?: number },
): void {
  const axis = unit(subtract(to, from));
  const side = unit(cross(axis, Math.abs(axis[2]) > 0.8 ? [1, 0, 0] : [0, 0, 1]));
  const up = cross(axis, side);
  const ring = (centre: Vector): Vector[] =>
    Array.from({ length: around }, (_, i) => {
      const angle = (2 * Math.PI * i) / around;
      return add(centre, add(scale(side, radius * Math.cos(angle)), scale(up, radius * Math.sin(angle))));
    });
  const [first, last] = [ring(from), ring(to)];
  into.grid([first, last], () => slot, true);
  into.polygon(last, capSlot);
  into.polygon([...first].reverse(), capSlot);
}

/** A box between two corners, sharp-edged. Slots: front and back (x), left and right (y), bottom, top; or one for all. */
export function box(
  into: MeshBuilder,
  low: Vector,
  high: Vector,
  slot: number,
  faces: Partial<Record<'front' | 'back' | 'left' | 'right' | 'top' | 'bottom', number>> = {},
): void {
  const [x0, y0, z0] = low;
  const [x1, y1, z1] = high;
  into.polygon(
    [
      [x1, y0, z0],
      [x1, y1, z0],
      [x1, y1, z1],
      [x1, y0, z1],
    ],
    faces.front ?? slot,
  );
  into.polygon(
    [
      [x0, y1, z0],
      [x0, y0, z0],
      [x0, y0, z1],
      [x0, y1, z1],
    ],
    faces.back ?? slot,
  );
  into.polygon(
    [
      [x1, y1, z0],
      [x0, y1, z0],
      [x0, y1, z1],
      [x1, y1, z1],
    ],
    faces.left ?? slot,
  );
  into.polygon(
    [
      [x0, y0, z0],
      [x1, y0, z0],
      [x1, y0, z1],
      [x0, y0, z1],
    ],
    faces.right ?? slot,
  );
  into.polygon(
    [
      [x0, y0, z1],
      [x1, y0, z1],
      [x1, y1, z1],
      [x0, y1, z1],
    ],
    faces.top ?? slot,
  );
  into.polygon(
    [
      [x0, y1, z0],
      [x1, y1, z0],
      [x1, y0, z0],
      [x0, y0, z0],
    ],
    faces.bottom ?? slot,
  );
}

/** A ring around the y axis through `centre`: a tyre. */
export function torus(
  into: MeshBuilder,
  {
    centre,
    radius,
    thickness,
    width = thickness,
    slot,
    around = 24,
    section = 8,
  }: {
    centre: Vector;
    radius: number;
    thickness: number;
    width?: number;
    slot: number;
    around?: number;
    section?: number;
  },
): void {
  const rows = Array.from({ length: section + 1 }, (_, j) => {
    const turn = (2 * Math.PI * j) / section;
    const r = radius + thickness * Math.cos(turn);
    return Array.from({ length: around }, (_unused, i) => {
      const angle = (2 * Math.PI * i) / around;
      return add(centre, [r * Math.cos(angle), width * Math.sin(turn), r * Math.sin(angle)]);
    });
  });
  into.grid(rows.reverse(), () => slot, true);
}
