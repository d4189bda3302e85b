import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Random } from '#core/random.js';
import { addNoiseTo, blurCanvas, mixCanvas } from './kernels.js';
import type { Canvas } from './picture.js';
import { hideBehind } from './place.js';

/** Gaussian blur in place, separable, edges repeated; `sigma` px, at most 8. */
export function blur(canvas: Canvas, sigma: number): void {
  const radius = Math.max(1, Math.ceil(2.5 * Math.min(sigma, 8)));
  const exact = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)));
  const sum = exact.reduce((total, weight) => total + weight, 0);
  const weights = exact.map((weight) => Math.round((256 * weight) / sum));
  weights[radius]! += 256 - weights.reduce((total, weight) => total + weight, 0);
  blurCanvas(canvas, weights);
}

/** Adds normal noise of standard deviation `sigma` levels (at most 30) to every value, in place. */
export function addNoise(canvas: Canvas, random: Random, sigma: number): void {
  addNoiseTo(canvas, random.uint32(), sigma);
}

/**
 * Paints rectangles of one random colour each (Cutout: DeVries & Taylor 2017; here of random shape).
 * @param size largest side as a fraction of the canvas
 * @returns the objects that are left to see
 */
export function cutOut(
  canvas: Canvas,
  annotations: readonly Annotation[],
  { random, count, size }: { readonly random: Random; readonly count: number; readonly size: number },
): Annotation[] {
  let left = [...annotations];
  for (let n = 0; n < count; n++) {
    const w = Math.max(1, Math.round(canvas.width * size * random.between(0.2, 1)));
    const h = Math.max(1, Math.round(canvas.height * size * random.between(0.2, 1)));
    const x = random.below(Math.max(1, canvas.width - w + 1));
    const y = random.below(Math.max(1, canvas.height - h + 1));
    fill(canvas, [x, y, x + w, y + h], [random.below(256), random.below(256), random.below(256)]);
    left = hideBehind(left, [x, y, x + w, y + h]);
  }
  return left;
}

function fill({ width, height, data }: Canvas, [x1, y1, x2, y2]: Box, colour: readonly number[]): void {
  for (let c = 0; c < 3; c++) {
    for (let y = y1; y < Math.min(y2, height); y++) {
      data.fill(colour[c]!, (c * height + y) * width + x1, (c * height + y) * width + Math.min(x2, width));
    }
  }
}

/**
 * Mixes a second canvas into the first (mixup: Zhang et al. 2018; boxes of both stay, as in Zhang et al. 2019).
 * @param share of the first canvas, 0..1
 */
export function mixIn(canvas: Canvas, other: Canvas, share: number): void {
  mixCanvas(canvas, other, Math.round(256 * share));
}

/** Beta(k, k) for an integer k: the median of 2k - 1 uniform numbers. */
export function symmetricBeta(random: Random, k: number): number {
  const values = Float64Array.from({ length: 2 * k - 1 }, () => random.float()).sort();
  return values[k - 1]!;
}
