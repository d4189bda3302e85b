import type { MeshBuilder } from '../mesh.js';
import type { Vector } from '../vector.js';

/** Points of a curve: position (0 rear, 1 front) and value; straight between them. */
export type Curve = readonly (readonly [at: number, value: number])[];

/** `0:1.2 0.5:1.4` as a curve. */
export function curve(text: string): Curve {
  return text.split(' ').map((pair) => pair.split(':').map(Number) as [number, number]);
}

export function valueAt(curve: Curve, at: number): number {
  const next = curve.findIndex(([position]) => position >= at);
  if (next <= 0) return curve[next === 0 ? 0 : curve.length - 1]![1];
  const [[x0, y0], [x1, y1]] = [curve[next - 1]!, curve[next]!];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

/** Colours of a vehicle, by slot. */
export const SLOT = {
  paint: 0,
  glass: 1,
  trim: 2,
  headlight: 3,
  taillight: 4,
  metal: 5,
  plate: 6,
  tyre: 7,
  black: 8,
  second: 9,
  indicator: 10,
  sign: 11,
} as const;

/** The shell of a vehicle that is told by its outlines. Model space: x forward, y left, z up, the middle of the ground at 0. */
export interface BodyPlan {
  readonly length: number;
  readonly width: number;
  /** Height of the top and of the belt line (below the windows), m. */
  readonly top: Curve;
  readonly belt: Curve;
  /** Half width relative to the full one. */
  readonly plan: Curve;
  /** Half width of the roof relative to that of the belt. */
  readonly tumblehome: number;
  readonly sill: number;
  /** Where wheels are (m from the middle) and the radius of their arches. */
  readonly arches: readonly number[];
  readonly archRadius: number;
  /** Side windows: from and to (0 rear, 1 front); gaps between them are pillars. */
  readonly windows: readonly (readonly [number, number])[];
  /** Windows that look forward and backward: the sloping parts of the top. */
  readonly screens: readonly (readonly [number, number])[];
  /** Height above which paint changes to the second colour, if it does. */
  readonly secondBelow?: number;
  /** Has head and tail lamps of its own. Default true. */
  readonly lamps?: boolean;
  /** Length of a field, m. */
  readonly step?: number;
}

/** Half of a cross-section, from the sill to the middle of the roof: [half width, height]. */
function sectionAt(body: BodyPlan, at: number): [number, number][] {
  const x = (at - 0.5) * body.length;
  const half = (body.width / 2) * valueAt(body.plan, at);
  const top = valueAt(body.top, at);
  const belt = Math.min(valueAt(body.belt, at), top - 0.02);
  const bottom = body.arches.reduce((low, wheel) => {
    const d = Math.abs(x - wheel) / body.archRadius;
    return d >= 1 ? low : Math.max(low, body.archRadius * (0.95 + 0.98 * Math.sqrt(1 - d * d)));
  }, body.sill);
  const roof = half * body.tumblehome;
  const up = (z: number): number => Math.min(Math.max(z, bottom + 0.02), belt);
  const slope = Math.min(1, (top - belt) / 0.3);
  return [
    [half * 0.95, bottom],
    [half * 0.985, up(body.sill + 0.14)],
    [half, up(body.sill + (belt - body.sill) * 0.55)],
    [half * 0.985, up(belt - 0.06)],
    [half * 0.96, belt],
    [half * 0.955 + (roof - half) * 0.5 * slope, belt + (top - belt) * 0.5],
    [half * 0.9 + (roof - half) * slope, belt + (top - belt) * 0.9],
    [(half * 0.9 + (roof - half) * slope) * 0.82, top - 0.01],
    [0, top + 0.015],
  ];
}

/** Adds the shell: fields of paint, windows, sills. */
export function addBody(into: MeshBuilder, body: BodyPlan): void {
  const count = Math.round(body.length / (body.step ?? 0.09));
  const ats = Array.from({ length: count + 1 }, (_, n) => 1 - n / count);
  const columns = ats.map((at) => {
    const half = sectionAt(body, at);
    const x = (at - 0.5) * body.length;
    const left = half.map(([y, z]): Vector => [x, y, z]);
    const right = [...half]
      .reverse()
      .slice(1)
      .map(([y, z]): Vector => [x, -y, z]);
    return [...left, ...right];
  });
  const lamps = body.lamps ?? true;
  const all = [...cap(columns[0]!, 0.09).reverse(), ...columns, ...cap(columns.at(-1)!, -0.05)];
  const rows = Array.from({ length: 17 }, (_, j) => all.map((column) => column[j]!));
  into.grid(rows, (j, i) => {
    if (i < CAP.length) return capSlot(j, i, lamps ? SLOT.headlight : SLOT.paint);
    if (i >= all.length - 1 - CAP.length) return capSlot(j, all.length - 2 - i, lamps ? SLOT.taillight : SLOT.paint);
    return fieldSlot(body, j, 1 - (i - CAP.length + 0.5) / count, rows[j]![i]![2]);
  });
}

/** Sizes of the rings that close an end. */
const CAP = [0.9, 0.62, 0.3, 0];

/** Rings that close an end, bulging by `bulge` m; the outermost first. */
function cap(column: readonly Vector[], bulge: number): Vector[][] {
  const middle = (column[0]![2] + column[8]![2]) / 2;
  return CAP.map((share) =>
    column.map(([x, y, z]) => [x + bulge * (1 - share ** 2), y * share, middle + (z - middle) * share]),
  );
}

/** Lamps sit at the sides of the upper half of an end; the lower edge is a dark bumper. `ring` counts from the middle. */
function capSlot(j: number, ring: number, lamp: number): number {
  const k = Math.min(j, 15 - j);
  if (ring >= 2 && (k === 2 || k === 3)) return lamp;
  return k === 0 ? SLOT.trim : SLOT.paint;
}

function fieldSlot(body: BodyPlan, j: number, at: number, z: number): number {
  const k = Math.min(j, 15 - j); // 0 at the sill, 7 at the middle of the roof
  const within = (ranges: readonly (readonly [number, number])[]): boolean =>
    ranges.some(([from, to]) => at > from && at < to);
  if (k === 0) return SLOT.trim;
  if (body.lamps !== false && (k === 2 || k === 3) && at > 0.965) return SLOT.headlight;
  if (body.lamps !== false && (k === 2 || k === 3) && at < 0.025) return SLOT.taillight;
  const glazed = valueAt(body.top, at) - valueAt(body.belt, at) > 0.22;
  if ((k === 4 || k === 5) && glazed && within(body.windows)) return SLOT.glass;
  if (k >= 6 && within(body.screens)) return SLOT.glass;
  if (body.secondBelow !== undefined && k < 4 && z < body.secondBelow) return SLOT.second;
  return SLOT.paint;
}
