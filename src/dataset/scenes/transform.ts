import { cross, subtract, unit, type Vector } from './vector.js';

/** A rigid or scaling map, 3x4 row-major: `p' = M p + t`. */
export type Transform = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export const IDENTITY: Transform = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export const translated = (x: number, y: number, z: number): Transform => [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z];
export const scaled = (x: number, y = x, z = x): Transform => [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0];

export function rotatedX(angle: number): Transform {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0];
}

export function rotatedY(angle: number): Transform {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0];
}

/** Counterclockwise as seen from above. */
export function rotatedZ(angle: number): Transform {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0];
}

/** The maps one inside another: the last is applied first, as in `parent, child, grandchild`. */
export function nest(...maps: readonly Transform[]): Transform {
  return maps.reduce(multiply, IDENTITY);
}

function multiply(a: Transform, b: Transform): Transform {
  const cell = (row: number, column: number): number =>
    a[4 * row]! * b[column]! +
    a[4 * row + 1]! * b[4 + column]! +
    a[4 * row + 2]! * b[8 + column]! +
    (column === 3 ? a[4 * row + 3]! : 0);
  const row = (n: number): [number, number, number, number] => [cell(n, 0), cell(n, 1), cell(n, 2), cell(n, 3)];
  return [...row(0), ...row(1), ...row(2)];
}

export function applyTo(m: Transform, [x, y, z]: Vector): Vector {
  return [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ];
}

/** Takes the unit segment from 0 to z onto the segment from `from` to `to`; `side` is roughly where x goes. */
export function alongSegment(from: Vector, to: Vector, side: Vector): Transform {
  const axis = subtract(to, from);
  const length = Math.hypot(...axis);
  const z = unit(axis);
  const y = unit(cross(z, side));
  const x = cross(y, z);
  return [x[0], y[0], z[0] * length, from[0], x[1], y[1], z[1] * length, from[1], x[2], y[2], z[2] * length, from[2]];
}
