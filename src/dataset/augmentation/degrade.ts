import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import type { Canvas } from './picture.js';
import { hideBehind } from './place.js';

/** Gaussian blur in place, separable, edges repeated; `sigma` px. */
export function blur({ width, height, data }: Canvas, sigma: number): void {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  for (let k = 0; k < kernel.length; k++) kernel[k]! /= sum;
  const line = new Float32Array(Math.max(width, height) + 2 * radius);
  const smooth = (start: number, step: number, length: number): void => {
    for (let n = -radius; n < length + radius; n++) {
      line[n + radius] = data[start + step * Math.min(Math.max(n, 0), length - 1)]!;
    }
    for (let n = 0; n < length; n++) {
      let total = 0.5;
      for (let k = 0; k < kernel.length; k++) total += kernel[k]! * line[n + k]!;
      data[start + step * n] = total;
    }
  };
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) smooth((c * height + y) * width, 1, width);
    for (let x = 0; x < width; x++) smooth(c * height * width + x, width, height);
  }
}

/** Normal numbers that every noisy picture reads from another place. */
const NOISE = ((random) => Float32Array.from({ length: 1 << 16 }, () => random.normal()))(new Random(0x6e6f69));

/** Adds normal noise of standard deviation `sigma` levels to every value, in place. */
export function addNoise({ width, height, data }: Canvas, random: Random, sigma: number): void {
  for (let row = 0; row < 3 * height; row++) {
    let from = random.uint32();
    for (let at = row * width; at < (row + 1) * width; at++) {
      const level = data[at]! + sigma * NOISE[from++ & 0xffff]! + 0.5;
      data[at] = level < 0 ? 0 : Math.min(level, 255);
    }
  }
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
  const weight = Math.round(256 * share);
  for (let at = 0; at < canvas.data.length; at++) {
    canvas.data[at] = (canvas.data[at]! * weight + other.data[at]! * (256 - weight) + 128) >> 8;
  }
}

/** Beta(k, k) for an integer k: the median of 2k - 1 uniform numbers. */
export function symmetricBeta(random: Random, k: number): number {
  const values = Float64Array.from({ length: 2 * k - 1 }, () => random.float()).sort();
  return values[k - 1]!;
}
