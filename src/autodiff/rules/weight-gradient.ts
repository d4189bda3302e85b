/**
 * dW of a convolution: dW[m, c, k] = sum over n, p of dy[n, m, p] x[n, c, p S + k D - pad].
 *
 * Stock ONNX has no operator for it. It is a matrix product between dy `[M, P]` and the columns `[C K, P]`: the input
 * once per kernel element, each moved to where that element met it (im2col). Columns are made by slices of the padded
 * input, or by a convolution with one-hot kernels; the product goes picture by picture and is summed, or, for small
 * maps, once over all pictures after a transposition.
 *
 * Letters: N pictures, C input channels, M kernels, G groups, K kernel elements, P output positions.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { float32Tensor } from '#onnx/tensor.js';
import type { Target } from '../rule.js';
import { type Geometry, isPointwise } from './geometry.js';

export interface WeightGradient {
  readonly x: Value;
  readonly dy: Value;
  /** Shape of the weights, `[M, C / G, ...kernel]`. */
  readonly dims: readonly number[];
  readonly geometry: Geometry;
  readonly target: Target;
}

/** Below this many output positions one product over all pictures is faster than one per picture. */
const SMALL_MAP = 150;

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);

/** Columns `[N, C K, P]`, either C or K outside. */
interface Columns {
  readonly value: Value;
  readonly order: 'channels-first' | 'kernel-first';
}

/** The offsets of all kernel elements, row-major. */
export function kernelOffsets(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, size) => all.flatMap((prefix) => Array.from({ length: size }, (_, at) => [...prefix, at])),
    [[]],
  );
}

/** One slice of the padded input per kernel element, stacked kernel-first; channels first where they belong to groups. */
function columnsBySlices(g: GraphBuilder, { x, dy, geometry }: WeightGradient): Columns {
  const { kernel, strides, dilations, pads, group } = geometry;
  const rank = kernel.length;
  const around = [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)];
  const padded = around.some((count) => count > 0) ? g.op.Pad(x, g.ints(around)) : x;
  const axes = g.ints(kernel.map((_, axis) => axis + 2));
  const sizes = dy.dims.slice(2);
  const slices = kernelOffsets(kernel).map((offset) => {
    const starts = offset.map((at, axis) => at * dilations[axis]!);
    const ends = starts.map((start, axis) => start + (sizes[axis]! - 1) * strides[axis]! + 1);
    return g.op.Slice(padded, g.ints(starts), g.ints(ends), axes, g.ints(strides));
  });
  if (group === 1) return { value: concatChunked(g, slices, 1), order: 'kernel-first' };
  const [n, channels] = x.dims as [number, number];
  const stacked = concatChunked(
    g,
    slices.map((slice) => g.reshape(slice, [n, channels, 1, -1])),
    2,
  );
  return { value: g.reshape(stacked, [n, channels * slices.length, -1]), order: 'channels-first' };
}

/** WebGPU binds few buffers at once: at most 8 at a time. */
export function concatChunked(g: GraphBuilder, values: readonly Value[], axis: number): Value {
  if (values.length === 1) return values[0]!;
  if (values.length <= 9) return g.op.Concat(...(values as [Value, ...Value[]]), { axis });
  const chunks: Value[] = [];
  for (let at = 0; at < values.length; at += 8) chunks.push(concatChunked(g, values.slice(at, at + 8), axis));
  return concatChunked(g, chunks, axis);
}

/** A grouped convolution whose K kernels per channel are the unit vectors: stacked channel by channel. */
function columnsByOneHot(g: GraphBuilder, { x, geometry }: WeightGradient): Columns {
  const { kernel, strides, dilations, pads } = geometry;
  const [channels, elements] = [x.dims[1]!, product(kernel)];
  const units = new Float32Array(channels * elements * elements);
  for (let row = 0; row < channels * elements; row++) units[row * elements + (row % elements)] = 1;
  const w = g.constant(float32Tensor(units, [channels * elements, 1, ...kernel]));
  return { value: g.op.Conv(x, w, { strides, dilations, pads, group: channels }), order: 'channels-first' };
}

/**
 * `[N, M, P]` times `[N, R, P]` transposed, summed over the pictures: `[M, R]`. The second factor of a product is copied
 * into the order that the kernel wants, so the one with fewer rows stands there.
 */
function overPictures(g: GraphBuilder, dy: Value, columns: Value): Value {
  const [n, m, p] = dy.dims as [number, number, number];
  const rows = columns.dims[1]!;
  if (n > 1 && p <= SMALL_MAP) {
    const flat = (value: Value, count: number) => g.reshape(g.op.Transpose(value, { perm: [1, 0, 2] }), [count, n * p]);
    return g.op.Gemm(flat(dy, m), flat(columns, rows), { transB: 1 });
  }
  const sum = (products: Value) => g.op.ReduceSum(products, g.ints([0]), { keepdims: 0 });
  if (rows <= m) return sum(g.op.FusedMatMul(dy, columns, { transB: 1 }));
  return g.op.Transpose(sum(g.op.FusedMatMul(columns, dy, { transB: 1 })), { perm: [1, 0] });
}

/**
 * dW of a convolution with stride 1 in one product per kernel element, which needs no columns side by side: channels go
 * outside, then element k meets dy `[M, N P]` with the input moved by its offset, `[C, N P]`.
 */
function perElement(g: GraphBuilder, { x, dy, dims, geometry }: WeightGradient): Value {
  const { kernel, dilations, pads } = geometry;
  const rank = kernel.length;
  const axes = kernel.map((_, axis) => axis + 2);
  const outside = (value: Value) => g.op.Transpose(value, { perm: [1, 0, ...axes] });
  const around = [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)];
  const padded = g.op.Pad(outside(x), g.ints(around));
  const rows = g.reshape(outside(dy), [dy.dims[1]!, -1]);
  const products = kernelOffsets(kernel).map((offset) => {
    const starts = offset.map((at, axis) => at * dilations[axis]!);
    const ends = starts.map((start, axis) => start + dy.dims[axis + 2]!);
    const moved = g.op.Slice(padded, g.ints(starts), g.ints(ends), g.ints(axes));
    const element = g.op.Gemm(rows, g.reshape(moved, [x.dims[1]!, -1]), { transB: 1 });
    return g.reshape(element, [1, dims[0]!, dims[1]!]);
  });
  return g.reshape(g.op.Transpose(concatChunked(g, products, 0), { perm: [1, 2, 0] }), dims);
}

/** Measured: one product per element wins from 32 channels on, unless the map is large. */
function prefersPerElement({ x, geometry }: WeightGradient): boolean {
  const plain = geometry.group === 1 && geometry.strides.every((step) => step === 1) && !isPointwise(geometry);
  return plain && x.dims[1]! >= 32 && product(geometry.kernel) <= 16;
}

/** The same for groups, picture by picture: `[N, G, M / G, P]` times `[N, G, R / G, P]` transposed. */
function overGroups(g: GraphBuilder, dy: Value, columns: Value, group: number): Value {
  const grouped = (value: Value) => g.reshape(value, [value.dims[0]!, group, value.dims[1]! / group, value.dims[2]!]);
  return g.op.ReduceSum(g.op.FusedMatMul(grouped(dy), grouped(columns), { transB: 1 }), g.ints([0]), { keepdims: 0 });
}

function columnsOf(g: GraphBuilder, wanted: WeightGradient): Columns {
  const { geometry, x, target } = wanted;
  if (isPointwise(geometry)) return { value: x, order: 'channels-first' };
  // The WebGPU provider computes grouped convolutions with 9 kernels per channel wrongly: slices only.
  return target === 'webgpu' ? columnsBySlices(g, wanted) : columnsByOneHot(g, wanted);
}

/** Emits dW for a convolution of any rank, stride, dilation, padding and number of groups. */
export function weightGradient(g: GraphBuilder, wanted: WeightGradient): Value {
  const { dims, dy, geometry } = wanted;
  if (prefersPerElement(wanted)) return perElement(g, wanted);
  const { value, order } = columnsOf(g, wanted);
  const positions = product(dy.dims.slice(2));
  const flatDy = g.reshape(dy, [dy.dims[0]!, dy.dims[1]!, positions]);
  const columns = g.reshape(value, [value.dims[0]!, value.dims[1]!, positions]);
  if (geometry.group > 1) return g.reshape(overGroups(g, flatDy, columns, geometry.group), dims);
  const flat = overPictures(g, flatDy, columns);
  if (order === 'channels-first') return g.reshape(flat, dims);
  const kernelFirst = g.reshape(flat, [dims[0]!, product(geometry.kernel), dims[1]!]);
  return g.reshape(g.op.Transpose(kernelFirst, { perm: [0, 2, 1] }), dims);
}
