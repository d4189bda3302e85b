/**
 * Resizing is linear and works on each axis alone, so its gradient multiplies by each axis's transposed matrix.
 * Coordinates follow the ONNX specification of Resize.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';
import { float32Tensor } from '#onnx/tensor.js';
import type { OpRules, Rule } from '../rule.js';

type ResizeAttributes = AttributesOf<'Resize'>;

interface Axis {
  readonly from: number;
  readonly to: number;
  /** As given; to / from where sizes were given. */
  readonly scale: number;
}

const COORDINATES: Readonly<Record<string, (at: number, axis: Axis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  pytorch_half_pixel: (at, { scale, to }) => (to > 1 ? (at + 0.5) / scale - 0.5 : 0),
  asymmetric: (at, { scale }) => at / scale,
  align_corners: (at, { from, to }) => (to > 1 ? (at * (from - 1)) / (to - 1) : 0),
};

const NEAREST: Readonly<Record<string, (at: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
};

/** The matrix `[to, from]` that resizes one axis, row-major. */
export function resizeMatrix(axis: Axis, attributes: ResizeAttributes): Float32Array {
  const {
    mode = 'nearest',
    coordinate_transformation_mode = 'half_pixel',
    nearest_mode = 'round_prefer_floor',
  } = attributes;
  const coordinate = COORDINATES[coordinate_transformation_mode];
  const nearest = NEAREST[nearest_mode];
  if (!coordinate || !nearest || !['nearest', 'linear'].includes(mode)) {
    throw new TypeError(`Resize: no gradient for ${mode}, ${coordinate_transformation_mode}, ${nearest_mode}`);
  }
  const matrix = new Float32Array(axis.to * axis.from);
  const clamp = (at: number) => Math.min(Math.max(at, 0), axis.from - 1);
  for (let row = 0; row < axis.to; row++) {
    const at = coordinate(row, axis);
    const add = (column: number, weight: number) => {
      matrix[row * axis.from + clamp(column)]! += weight;
    };
    if (mode === 'nearest') add(nearest(at), 1);
    else {
      const low = Math.floor(clamp(at));
      add(low, 1 - (clamp(at) - low));
      add(low + 1, clamp(at) - low);
    }
  }
  return matrix;
}

/** Sums over blocks: what nearest upsampling by whole factors needs. */
function blockSums(g: GraphBuilder, dy: Value, factors: readonly number[]): Value {
  const mean = g.op.AveragePool(dy, { kernel_shape: factors, strides: factors });
  return g.op.Mul(mean, g.scalar(factors.reduce((a, b) => a * b, 1)));
}

/** Multiplies by a matrix `[to, from]`, transposed, along one axis. */
function backAlong(g: GraphBuilder, dy: Value, axis: number, matrix: Value): Value {
  const before = dy.dims.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = dy.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const [to, from] = matrix.dims as [number, number];
  const dims = dy.dims.map((size, at) => (at === axis ? from : size));
  if (after === 1) return g.reshape(g.op.MatMul(g.reshape(dy, [before, to]), matrix), dims);
  return g.reshape(g.op.FusedMatMul(matrix, g.reshape(dy, [before, to, after]), { transA: 1 }), dims);
}

const resize: Rule<ResizeAttributes> = ({ g, inputs, outputs, attributes, dy }) => {
  const [x, y] = [inputs[0]!, outputs[0]!];
  const scales = inputs[2] ? g.numbersOf(inputs[2]) : x.dims.map((from, axis) => y.dims[axis]! / from);
  const whole = scales.every((scale, axis) => Number.isInteger(scale) && (axis > 1 || scale === 1));
  if (attributes.mode !== 'linear' && whole && x.dims.length === 4) return [blockSums(g, dy, scales.slice(2))];
  let gradient = dy;
  x.dims.forEach((from, axis) => {
    const to = y.dims[axis]!;
    if (from === to && scales[axis] === 1) return;
    const matrix = resizeMatrix({ from, to, scale: scales[axis]! }, attributes);
    gradient = backAlong(g, gradient, axis, g.constant(float32Tensor(matrix, [to, from])));
  });
  return [gradient];
};

export const resizing: OpRules<'Resize'> = { Resize: resize };
