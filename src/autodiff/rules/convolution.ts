/**
 * Convolution in any number of dimensions. Letters: N pictures, C input channels, M kernels, G groups, K elements of a
 * kernel, P output positions.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';
import { convolve } from '../convolve.js';
import { axesOf, type OpRules, type Rule, type Step, type Target } from '../rule.js';
import { type Geometry, geometryOf, isPointwise } from './geometry.js';
import { weightGradient } from './weight-gradient.js';

/** Sum over everything but the channels. */
function channelSums(g: GraphBuilder, dy: Value): Value {
  return g.op.ReduceSum(dy, g.ints(axesOf(dy).filter((axis) => axis !== 1)), { keepdims: 0 });
}

/**
 * dx of y = conv(x, w): each dy is spread by the kernel that gathered it, which is the transposed convolution; what the
 * stride leaves over at the end of x is given as output padding. A 1x1 convolution is a matrix product: W^T dy.
 */
function inputGradient(g: GraphBuilder, [x, w, dy]: readonly [Value, Value, Value], geometry: Geometry): Value {
  const { kernel, strides, dilations, pads, group } = geometry;
  if (isPointwise(geometry) && group === 1) {
    const positions = dy.dims.slice(2).reduce((a, b) => a * b, 1);
    const matrix = g.reshape(w, [w.dims[0]!, w.dims[1]!]);
    const spread = g.op.FusedMatMul(matrix, g.reshape(dy, [dy.dims[0]!, dy.dims[1]!, positions]), { transA: 1 });
    return g.reshape(spread, x.dims);
  }
  if (prefersFlipped(g, w, geometry)) return convolve(g, dy, flipped(g, w), { pads: flippedPads(geometry), dilations });
  const output_padding = kernel.map((size, axis) => {
    const padding = pads[axis]! + pads[axis + kernel.length]!;
    const reached = strides[axis]! * (dy.dims[axis + 2]! - 1) + (size - 1) * dilations[axis]! + 1 - padding;
    return x.dims[axis + 2]! - reached;
  });
  return g.op.ConvTranspose(dy, w, { strides, dilations, pads, group, output_padding });
}

/**
 * With stride 1 the adjoint is a convolution with the kernel turned around and its channels swapped. Laying out dy in
 * columns costs M, spreading the columns of dx costs C: the smaller is faster, except that large maps have few channels.
 */
function prefersFlipped(g: GraphBuilder, w: Value, { kernel, strides, dilations, pads, group }: Geometry): boolean {
  const [kernels, channels] = w.dims as [number, number];
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]!);
  const coverable = reach.every((most, axis) => pads[axis]! <= most && pads[axis + kernel.length]! <= most);
  const plain = group === 1 && kernel.length <= 2 && strides.every((step) => step === 1) && coverable;
  return plain && (kernels <= channels || channels <= 32 || g.channelBlock > 0);
}

/** `[M, C, ...]` to `[C, M, ...]`, every kernel axis reversed. */
function flipped(g: GraphBuilder, w: Value): Value {
  const axes = w.dims.map((_, axis) => axis).slice(2);
  const swapped = g.op.Transpose(w, { perm: [1, 0, ...axes] });
  const every = (value: number) => g.ints(axes.map(() => value));
  return g.op.Slice(swapped, every(-1), every(-(2 ** 31)), g.ints(axes), every(-1));
}

function flippedPads({ kernel, dilations, pads }: Geometry): readonly number[] {
  return pads.map((count, index) => (kernel[index % kernel.length]! - 1) * dilations[index % kernel.length]! - count);
}

const conv: Rule<AttributesOf<'Conv'>> = ({ g, inputs, attributes, dy, needs, target }) => {
  const [x, w] = inputs as [Value, Value];
  const geometry = geometryOf(w, attributes);
  return [
    needs(0) ? inputGradient(g, [x, w, dy], geometry) : undefined,
    needs(1) ? weightGradient(g, { x, dy, dims: w.dims, geometry, target }) : undefined,
    needs(2) ? channelSums(g, dy) : undefined,
  ];
};

/** The transposed convolution is the adjoint: dx = conv(dy, w), and dy and x change places in dw. */
const convTranspose: Rule<AttributesOf<'ConvTranspose'>> = (step: Step<AttributesOf<'ConvTranspose'>>) => {
  const { g, inputs, attributes, dy, needs } = step;
  const [x, w] = inputs as [Value, Value];
  const geometry = geometryOf(w, attributes);
  const { strides, dilations, pads, group } = geometry;
  const target: Target = step.target;
  return [
    needs(0) ? g.op.Conv(dy, w, { strides, dilations, pads, group }) : undefined,
    needs(1) ? weightGradient(g, { x: dy, dy: x, dims: w.dims, geometry, target }) : undefined,
    needs(2) ? channelSums(g, dy) : undefined,
  ];
};

export const convolution: OpRules<'Conv' | 'ConvTranspose' | 'ReorderInput' | 'ReorderOutput' | 'BlockedConv'> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  ReorderInput: 'backward',
  ReorderOutput: 'backward',
  BlockedConv: 'backward',
};
