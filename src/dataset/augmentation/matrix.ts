/**
 * A projective map of the plane, row-major 3x3: `[x', y', w'] = M [x, y, 1]`, the point is `(x'/w', y'/w')`. Pixel centres
 * lie at halves. Affine maps have the last row `0 0 1`.
 */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const translation = (x: number, y: number): Matrix => [1, 0, x, 0, 1, y, 0, 0, 1];
export const scaling = (x: number, y = x): Matrix => [x, 0, 0, 0, y, 0, 0, 0, 1];

/** Clockwise as seen in a picture (y points down). */
export function rotation(degrees: number): Matrix {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
}

export function shearing(xDegrees: number, yDegrees: number): Matrix {
  return [1, Math.tan((xDegrees * Math.PI) / 180), 0, Math.tan((yDegrees * Math.PI) / 180), 1, 0, 0, 0, 1];
}

/** Tilts the picture plane: `x` and `y` per px from the origin. */
export const perspective = (x: number, y: number): Matrix => [1, 0, 0, 0, 1, 0, x, y, 1];

/** The maps one after another, the first first. */
export function chain(...maps: readonly Matrix[]): Matrix {
  return maps.reduce((first, then) => multiply(then, first), IDENTITY);
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number): number =>
    a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!;
  return [cell(0, 0), cell(0, 1), cell(0, 2), cell(1, 0), cell(1, 1), cell(1, 2), cell(2, 0), cell(2, 1), cell(2, 2)];
}

/** @throws RangeError where the map squashes the plane */
export function invert([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const determinant = a * A + b * B + c * C;
  if (!Number.isFinite(1 / determinant)) throw new RangeError('invert: the matrix has no inverse');
  const s = 1 / determinant;
  return [
    A * s,
    (c * h - b * i) * s,
    (b * f - c * e) * s,
    B * s,
    (a * i - c * g) * s,
    (c * d - a * f) * s,
    C * s,
    (b * g - a * h) * s,
    (a * e - b * d) * s,
  ];
}

export function apply(m: Matrix, x: number, y: number): [number, number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

export function isAffine(m: Matrix): boolean {
  return m[6] === 0 && m[7] === 0 && m[8] === 1;
}

/** Mean factor by which lengths grow near a point. */
export function magnification(m: Matrix, x: number, y: number): number {
  const [x0, y0] = apply(m, x, y);
  const [x1, y1] = apply(m, x + 1, y);
  const [x2, y2] = apply(m, x, y + 1);
  return Math.sqrt(Math.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)));
}
