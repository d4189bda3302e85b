import type { Random } from '#core/random.js';

/**
 * A smooth local distortion of a canvas (elastic deformation: Simard, Steinkraus & Platt 2003; here the random field is
 * a uniform cubic B-spline over a coarse grid, which needs no smoothing): the point `p` of the canvas shows what lay at
 * `p + displacement(p)`.
 */
export interface Warp {
  /** Control points per row and column, three more than cells. */
  readonly columns: number;
  readonly rows: number;
  /** px per cell. */
  readonly cell: number;
  /** px at every control point, `[rows, columns]`. */
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/**
 * @param strength largest displacement of a control point, px; folds are impossible below 0.4 cells
 * @param cell px between control points
 */
export function randomWarp(
  random: Random,
  { width, height, strength, cell }: { width: number; height: number; strength: number; cell: number },
): Warp {
  const columns = Math.ceil(width / cell) + 3;
  const rows = Math.ceil(height / cell) + 3;
  const limit = Math.min(strength, 0.4 * cell);
  const field = (): Float32Array => Float32Array.from({ length: columns * rows }, () => random.between(-limit, limit));
  return { columns, rows, cell, dx: field(), dy: field() };
}

/** The four weights of the uniform cubic B-spline at `t` in 0..1. */
function weights(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [(s * s * s) / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, (t * t * t) / 6];
}

export function displacement(warp: Warp, x: number, y: number): [number, number] {
  const column = Math.min(Math.max(Math.floor(x / warp.cell), 0), warp.columns - 4);
  const row = Math.min(Math.max(Math.floor(y / warp.cell), 0), warp.rows - 4);
  const across = weights(clamp01(x / warp.cell - column));
  const down = weights(clamp01(y / warp.cell - row));
  let dx = 0;
  let dy = 0;
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) {
      const weight = across[i]! * down[j]!;
      const at = (row + j) * warp.columns + column + i;
      dx += weight * warp.dx[at]!;
      dy += weight * warp.dy[at]!;
    }
  }
  return [dx, dy];
}

const clamp01 = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Where on the canvas a point is shown that lay at `(x, y)`: the inverse of `p + displacement(p)`, to 0.01 px. */
export function warped(warp: Warp, x: number, y: number): [number, number] {
  let [px, py] = [x, y];
  for (let step = 0; step < 30; step++) {
    const [dx, dy] = displacement(warp, px, py);
    const error = Math.abs(x - dx - px) + Math.abs(y - dy - py);
    [px, py] = [x - dx, y - dy];
    if (error < 0.01) break;
  }
  return [px, py];
}

/** Displacements of pixels `from..to` of the row at height `y`, added to `dx` and `dy` (which begin at pixel `from`). */
export function addRowDisplacement(
  warp: Warp,
  { y, from, to, dx, dy }: { y: number; from: number; to: number; dx: Float32Array; dy: Float32Array },
): void {
  const row = Math.min(Math.max(Math.floor(y / warp.cell), 0), warp.rows - 4);
  const down = weights(clamp01(y / warp.cell - row));
  const [xs, ys] = [new Float64Array(warp.columns), new Float64Array(warp.columns)];
  for (let column = 0; column < warp.columns; column++) {
    for (let j = 0; j < 4; j++) {
      xs[column]! += down[j]! * warp.dx[(row + j) * warp.columns + column]!;
      ys[column]! += down[j]! * warp.dy[(row + j) * warp.columns + column]!;
    }
  }
  for (let x = from; x < to; x++) {
    const position = (x + 0.5) / warp.cell;
    const c = Math.min(Math.floor(position), warp.columns - 4);
    const t = Math.min(Math.max(position - c, 0), 1);
    const s = 1 - t;
    const w0 = (s * s * s) / 6;
    const w1 = (3 * t * t * t - 6 * t * t + 4) / 6;
    const w3 = (t * t * t) / 6;
    const w2 = 1 - w0 - w1 - w3;
    dx[x - from]! += w0 * xs[c]! + w1 * xs[c + 1]! + w2 * xs[c + 2]! + w3 * xs[c + 3]!;
    dy[x - from]! += w0 * ys[c]! + w1 * ys[c + 1]! + w2 * ys[c + 2]! + w3 * ys[c + 3]!;
  }
}
