import type { Box } from '#core/box.js';

type Matrix = number[][];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const plus = (a: Matrix, b: Matrix, sign = 1): Matrix => a.map((row, i) => row.map((v, j) => v + sign * b[i]![j]!));
const diagonal = (values: number[]): Matrix => values.map((v, i) => values.map((_, j) => (i === j ? v : 0)));

/** Gauss-Jordan without care: the matrices here are small and positive definite. */
function inverse(a: Matrix): Matrix {
  const n = a.length;
  const work = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = work[i]![i]!;
    work[i] = work[i]!.map((v) => v / pivot);
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = work[k]![i]!;
      work[k] = work[k]!.map((v, j) => v - factor * work[i]![j]!);
    }
  }
  return work.map((row) => row.slice(n));
}

/** The Kalman filter of DeepSORT and ByteTrack as the textbook writes it: state cx, cy, a, h and their velocities. */
export class FullKalman {
  #mean: Matrix;
  #covariance: Matrix;

  constructor(box: Box) {
    const z = measurement(box);
    const h = z[3]!;
    this.#mean = [...z, 0, 0, 0, 0].map((v) => [v]);
    const std = [h / 10, h / 10, 1e-2, h / 10, h / 16, h / 16, 1e-5, h / 16];
    this.#covariance = diagonal(std.map((s) => s * s));
  }

  predict(seen: boolean): void {
    const h = this.#mean[3]![0]!;
    if (!seen) this.#mean[7]![0] = 0;
    const std = [h / 20, h / 20, 1e-2, h / 20, h / 160, h / 160, 1e-5, h / 160];
    const step = diagonal(new Array(8).fill(1)).map((row, i) => row.map((v, j) => (j === i + 4 ? 1 : v)));
    this.#mean = multiply(step, this.#mean);
    const moved = multiply(multiply(step, this.#covariance), transposed(step));
    this.#covariance = plus(moved, diagonal(std.map((s) => s * s)));
  }

  correct(box: Box): void {
    const observe = diagonal(new Array(8).fill(1)).slice(0, 4);
    const projected = this.#projected(observe);
    const gain = multiply(multiply(this.#covariance, transposed(observe)), inverse(projected));
    const error = plus(
      measurement(box).map((v) => [v]),
      multiply(observe, this.#mean),
      -1,
    );
    this.#mean = plus(this.#mean, multiply(gain, error));
    this.#covariance = plus(this.#covariance, multiply(multiply(gain, projected), transposed(gain)), -1);
  }

  /** (z - Hx)' S^-1 (z - Hx) of the centre and the height. */
  distance(box: Box): number {
    const observe = diagonal(new Array(8).fill(1)).filter((_, row) => row < 4 && row !== 2);
    const z = measurement(box).filter((_, row) => row !== 2);
    const projected = this.#projected(diagonal(new Array(8).fill(1)).slice(0, 4));
    const kept = projected.filter((_, row) => row !== 2).map((row) => row.filter((_, column) => column !== 2));
    const error = plus(
      z.map((v) => [v]),
      multiply(observe, this.#mean),
      -1,
    );
    return multiply(multiply(transposed(error), inverse(kept)), error)[0]![0]!;
  }

  #projected(observe: Matrix): Matrix {
    const h = this.#mean[3]![0]!;
    const noise = diagonal([h / 20, h / 20, 1e-1, h / 20].map((s) => s * s));
    return plus(multiply(multiply(observe, this.#covariance), transposed(observe)), noise);
  }

  corners(): Box {
    const [cx, cy, aspect, h] = this.#mean.map((row) => row[0]!) as [number, number, number, number];
    return [cx - (aspect * h) / 2, cy - h / 2, cx + (aspect * h) / 2, cy + h / 2];
  }
}

function measurement([x1, y1, x2, y2]: Box): number[] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1];
}
