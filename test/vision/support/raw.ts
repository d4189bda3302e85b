import { Random } from '#core/random.js';
import type { RawOutput, Tensor } from '#core/tensor.js';
import { Candidates } from '#vision/candidates.js';
import { createDecoder, type ReadableCard } from '#vision/decode.js';

/** What a reference decoder says of one candidate. */
export interface Read {
  readonly box: readonly number[];
  readonly score: number;
  readonly classId: number;
  readonly landmarks?: readonly (readonly number[])[];
}

/** A card of just what a decoder reads. */
export function readable(
  decoder: ReadableCard['decoder'],
  classes: number,
  [width, height]: readonly [number, number],
  landmarks?: readonly string[],
): ReadableCard {
  return {
    decoder,
    labels: Array.from({ length: classes }, (_, id) => `class ${id}`),
    landmarks,
    input: {
      name: 'images',
      type: 'float32',
      dims: [1, 3, height, width],
      layout: 'NCHW',
      size: { width, height },
      fit: 'letterbox',
      padding: 114,
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
    },
  };
}

/** A tensor whose numbers are drawn one by one, in row-major order. */
export function tensorOf(dims: readonly number[], draw: (index: number) => number): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: Float32Array.from({ length }, (_, index) => draw(index)) };
}

/** A tensor of normal numbers. */
export function normalTensor(dims: readonly number[], seed: number, { mean = 0, spread = 1 } = {}): Tensor {
  const random = new Random(seed, ...dims);
  return tensorOf(dims, () => mean + spread * random.normal());
}

/** A tensor of uniform numbers. */
export function uniformTensor(dims: readonly number[], seed: number, low = 0, high = 1): Tensor {
  const random = new Random(seed, ...dims);
  return tensorOf(dims, () => random.between(low, high));
}

/** A view of a tensor by its indices, one per dimension. */
export function at({ dims, data }: Tensor, ...indices: number[]): number {
  if (indices.some((index, axis) => !(index >= 0 && index < dims[axis]))) throw new RangeError(`${indices} of ${dims}`);
  return data[indices.reduce((place, index, axis) => place * dims[axis] + index, 0)];
}

/** The same numbers in another order of dimensions: `axes[i]` is the old axis of the new axis i. */
export function transposed(tensor: Tensor, axes: readonly number[]): Tensor {
  const dims = axes.map((axis) => tensor.dims[axis]);
  return tensorOf(dims, (index) => {
    const indices: number[] = [];
    let rest = index;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      indices[axes[axis]] = rest % dims[axis];
      rest = Math.floor(rest / dims[axis]);
    }
    return at(tensor, ...indices);
  });
}

/** What our decoder says, in its order. */
export function readAll(card: ReadableCard, outputs: RawOutput, floor: number): Read[] {
  const decoder = createDecoder(card);
  const found = new Candidates(decoder.landmarkCount, 2);
  decoder.decode(outputs, floor, found);
  const k = found.landmarkCount;
  return Array.from({ length: found.count }, (_, i) => ({
    box: [...found.boxes.subarray(i * 4, i * 4 + 4)],
    score: found.scores[i],
    classId: found.classIds[i],
    ...(k > 0 && {
      landmarks: Array.from({ length: k }, (_, j) => [
        ...found.landmarks.subarray((i * k + j) * 3, (i * k + j) * 3 + 3),
      ]),
    }),
  }));
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));
export const range = (count: number) => Array.from({ length: count }, (_, i) => i);
export const corners = (x: number, y: number, w: number, h: number) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2];

export function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
