import type { Random } from '#core/random.js';
import { recolourCanvas } from './kernels.js';
import type { Canvas, Picture } from './picture.js';

/** A change of all colours: HSV (Smith 1978) first, then each channel; every value is held within its range. */
export interface ColourShift {
  /** Added to the hue, turns (1 is the whole circle). */
  readonly hue: number;
  /** Factors. */
  readonly saturation: number;
  readonly value: number;
  /** Per channel R, G, B: level = gain * level + offset. */
  readonly gains: readonly [number, number, number];
  readonly offsets: readonly [number, number, number];
}

export const NO_SHIFT: ColourShift = { hue: 0, saturation: 1, value: 1, gains: [1, 1, 1], offsets: [0, 0, 0] };

/** Changes the colours of a canvas in place, in one pass. */
export function shiftColours(canvas: Canvas, shift: Partial<ColourShift>): void {
  recolourCanvas(canvas, { ...NO_SHIFT, ...shift });
}

/** Principal components of the colours of a data set: eigenvalues and unit eigenvectors of the RGB covariance, levels. */
export interface ColourComponents {
  readonly deviations: readonly [number, number, number];
  readonly vectors: readonly (readonly [number, number, number])[];
}

/** ImageNet's components (as used for AlexNet; from the torch implementation, times 255). */
export const IMAGENET_COMPONENTS: ColourComponents = {
  deviations: [55.46, 4.794, 1.148],
  vectors: [
    [-0.5675, -0.5808, -0.5836],
    [0.7192, -0.0045, -0.6948],
    [0.4009, -0.814, 0.4203],
  ],
};

/**
 * Offsets of AlexNet's colour augmentation (Krizhevsky et al. 2012, section 4.1): the sum of the components, each times
 * its size times a normal number of standard deviation `sigma` (there 0.1).
 */
export function pcaOffsets(random: Random, sigma: number, components = IMAGENET_COMPONENTS): [number, number, number] {
  const amounts = components.deviations.map((deviation) => deviation * sigma * random.normal());
  const along = (c: 0 | 1 | 2): number =>
    components.vectors.reduce((sum, vector, k) => sum + amounts[k]! * vector[c], 0);
  return [along(0), along(1), along(2)];
}

/** The components of given pictures (every `stride`-th pixel), by Jacobi rotations of the 3x3 covariance. */
export function colourComponents(pictures: readonly Picture[], stride = 7): ColourComponents {
  const sums = new Float64Array(3);
  const products = new Float64Array(9);
  let count = 0;
  for (const { data } of pictures) {
    for (let at = 0; at + 2 < data.length; at += 3 * stride) {
      count++;
      for (let i = 0; i < 3; i++) {
        sums[i]! += data[at + i]!;
        for (let j = 0; j < 3; j++) products[3 * i + j]! += data[at + i]! * data[at + j]!;
      }
    }
  }
  if (count === 0) throw new RangeError('colourComponents: expected at least one pixel');
  const covariance = products.map((sum, at) => sum / count - (sums[Math.floor(at / 3)]! * sums[at % 3]!) / count ** 2);
  return diagonalise([...covariance]);
}

/** Eigenvalues and eigenvectors of a symmetric 3x3 matrix, largest first (cyclic Jacobi). */
function diagonalise(a: number[]): ColourComponents {
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 20; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const angle = 0.5 * Math.atan2(2 * a[3 * p + q]!, a[3 * q + q]! - a[3 * p + p]!);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const turn = (m: number[], i: number, j: number): void => {
        [m[i], m[j]] = [cos * m[i]! - sin * m[j]!, sin * m[i]! + cos * m[j]!];
      };
      for (let k = 0; k < 3; k++) turn(a, 3 * k + p, 3 * k + q);
      for (let k = 0; k < 3; k++) turn(a, 3 * p + k, 3 * q + k);
      for (let k = 0; k < 3; k++) turn(v, 3 * k + p, 3 * k + q);
    }
  }
  const order = [0, 1, 2].sort((left, right) => a[4 * right]! - a[4 * left]!);
  return {
    deviations: order.map((k) => Math.sqrt(Math.max(0, a[4 * k]!))) as [number, number, number],
    vectors: order.map((k) => [v[k]!, v[3 + k]!, v[6 + k]!]),
  };
}
