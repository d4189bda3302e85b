/** Letters: N pictures, C channels. */
import { type GraphBuilder, sizeOf, type Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';
import { float32Tensor } from '#onnx/tensor.js';
import { mask, type OpRules, type Rule, type Step } from '../rule.js';
import { concatChunked, kernelOffsets } from './weight-gradient.js';

type PoolAttributes = AttributesOf<'AveragePool'>;

/** The windows neither overlap nor leave anything out. */
function tiles(x: Value, { kernel_shape, strides, pads }: PoolAttributes): boolean {
  const kernel = kernel_shape!;
  const unpadded = pads === undefined || pads.every((count) => count === 0);
  return unpadded && kernel.every((size, axis) => (strides?.[axis] ?? 1) === size && x.dims[axis + 2]! % size === 0);
}

/**
 * The gradient of each maximum goes to the element that was it, the first one of equals: MaxUnpool where windows do not
 * overlap, else added at its position. The positions are those of a second pooling with indices.
 */
const maxPool: Rule<AttributesOf<'MaxPool'>> = (step) => {
  const { g, inputs, attributes, dy } = step;
  const x = inputs[0]!;
  if (step.target === 'webgpu') return [maxPoolByComparison(step)];
  const [, indices] = g.untaped(() => g.outputs('MaxPool', [x], attributes, 2));
  if (tiles(x, attributes)) {
    const { kernel_shape, strides } = attributes;
    return [g.op.MaxUnpool(dy, indices!, { kernel_shape, strides })];
  }
  const zeros = g.op.Expand(g.scalar(0), g.ints([sizeOf(x)]));
  const flat = (value: Value) => g.reshape(value, [-1]);
  const added = g.op.ScatterElements(zeros, flat(indices!), flat(dy), { axis: 0, reduction: 'add' });
  return [g.reshape(added, x.dims)];
};

/**
 * For providers whose pooling gives no indices: the elements of each window are laid out as K slices and compared with
 * its maximum; equal ones share the gradient, and a transposed convolution of unit kernels puts the shares back.
 */
function maxPoolByComparison({ g, inputs, outputs, attributes, dy }: Step<AttributesOf<'MaxPool'>>): Value {
  const [x, y] = [inputs[0]!, outputs[0]!];
  const { cut, output_padding, strides, kernel } = spreading(x, y, attributes);
  const rank = kernel.length;
  const around = g.ints([0, 0, ...cut.slice(0, rank), 0, 0, ...cut.slice(rank)]);
  const padded = g.op.Pad(x, around, g.scalar(-3e38));
  const axes = g.ints(kernel.map((_, axis) => axis + 2));
  const planes = [y.dims[0]! * y.dims[1]!, 1, ...y.dims.slice(2)];
  const hits = kernelOffsets(kernel).map((starts) => {
    const ends = starts.map((start, axis) => start + (y.dims[axis + 2]! - 1) * strides[axis]! + 1);
    const element = g.op.Slice(padded, g.ints(starts), g.ints(ends), axes, g.ints(strides));
    return g.reshape(mask(g, g.op.Equal(element, y)), planes);
  });
  const stacked = concatChunked(g, hits, 1);
  const share = g.op.Div(g.reshape(dy, planes), g.op.ReduceSum(stacked, g.ints([1]), { keepdims: 1 }));
  const units = Float32Array.from({ length: hits.length ** 2 }, (_, at) => (at % (hits.length + 1) === 0 ? 1 : 0));
  const back = g.constant(float32Tensor(units, [hits.length, 1, ...kernel]));
  const spread = g.op.ConvTranspose(g.op.Mul(stacked, share), back, { strides, pads: cut, output_padding });
  return g.reshape(spread, x.dims);
}

/** Number of elements that each window averages, `[1, 1, ...]`; padding counts only where the attribute says so. */
function windowCounts(x: Value, y: Value, attributes: PoolAttributes): Float32Array {
  const kernel = attributes.kernel_shape!;
  const rank = kernel.length;
  const pads = attributes.pads ?? Array<number>(2 * rank).fill(0);
  const perAxis = kernel.map((size, axis) =>
    Array.from({ length: y.dims[axis + 2]! }, (_, at) => {
      const start = at * (attributes.strides?.[axis] ?? 1) - pads[axis]!;
      const [low, high] = attributes.count_include_pad
        ? [-pads[axis]!, x.dims[axis + 2]! + pads[axis + rank]!]
        : [0, x.dims[axis + 2]!];
      return Math.min(start + size, high) - Math.max(start, low);
    }),
  );
  return Float32Array.from(perAxis.reduce((all, counts) => all.flatMap((a) => counts.map((b) => a * b)), [1]));
}

/** How a transposed convolution covers the windows of a pooling: pads cut off, and what no window reached. */
function spreading(x: Value, y: Value, attributes: PoolAttributes) {
  const kernel = attributes.kernel_shape!;
  const rank = kernel.length;
  const strides = attributes.strides ?? kernel.map(() => 1);
  const pads = attributes.pads ?? Array<number>(2 * rank).fill(0);
  const missing = kernel.map((size, axis) => {
    const reached = strides[axis]! * (y.dims[axis + 2]! - 1) + size - pads[axis]! - pads[axis + rank]!;
    return x.dims[axis + 2]! - reached;
  });
  const output_padding = missing.map((count) => Math.max(0, count));
  const cut = pads.map((count, index) => (index < rank ? count : count + Math.max(0, -missing[index - rank]!)));
  return { kernel, strides, cut, output_padding };
}

/** Each dy is shared by its window: spread by a transposed convolution of ones, channel by channel. */
function spread(g: GraphBuilder, x: Value, share: Value, attributes: PoolAttributes): Value {
  const { kernel, strides, cut, output_padding } = spreading(x, share, attributes);
  const planes = g.reshape(share, [share.dims[0]! * share.dims[1]!, 1, ...share.dims.slice(2)]);
  const size = kernel.reduce((a, b) => a * b, 1);
  const ones = g.constant(float32Tensor(new Float32Array(size).fill(1), [1, 1, ...kernel]));
  return g.reshape(g.op.ConvTranspose(planes, ones, { strides, pads: cut, output_padding }), x.dims);
}

const averagePool: Rule<PoolAttributes> = ({ g, inputs, outputs, attributes, dy }: Step<PoolAttributes>) => {
  const [x, y] = [inputs[0]!, outputs[0]!];
  const counts = windowCounts(x, y, attributes);
  const uniform = counts.every((count) => count === counts[0]);
  const shape = [1, 1, ...y.dims.slice(2)];
  const share = g.op.Div(dy, uniform ? g.scalar(counts[0]!) : g.constant(float32Tensor(counts, shape)));
  if (tiles(x, attributes) && attributes.kernel_shape!.length <= 2)
    return [repeated(g, share, attributes.kernel_shape!)];
  return [spread(g, x, share, attributes)];
};

/** Each element as many times as the factors say: nearest upsampling. */
export function repeated(g: GraphBuilder, x: Value, factors: readonly number[]): Value {
  const scales = g.floats([1, 1, ...factors]);
  const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return g.op.Resize(x, undefined, scales, undefined, nearest);
}

export const pooling: OpRules<'MaxPool' | 'MaxUnpool' | 'AveragePool' | 'GlobalAveragePool' | 'GlobalMaxPool'> = {
  MaxPool: maxPool,
  MaxUnpool: 'backward',
  AveragePool: averagePool,
  GlobalAveragePool: ({ g, inputs, outputs, dy }) => {
    const share = g.op.Mul(dy, g.scalar(sizeOf(outputs[0]!) / sizeOf(inputs[0]!)));
    return [g.op.Expand(share, g.ints(inputs[0]!.dims))];
  },
  /** All elements that equal the maximum share its gradient evenly. */
  GlobalMaxPool: ({ g, inputs, outputs, dy }) => {
    const hits = mask(g, g.op.Equal(inputs[0]!, outputs[0]!));
    const axes = g.ints(inputs[0]!.dims.map((_, axis) => axis).slice(2));
    return [g.op.Mul(hits, g.op.Div(dy, g.op.ReduceSum(hits, axes, { keepdims: 1 })))];
  },
};
