import type { GraphBuilder, Value } from '#onnx/builder.js';
import { int64Tensor } from '#onnx/tensor.js';
import { constantInts, type OpRules, type Rule, type Step, unbroadcast, zerosLike } from '../rule.js';

const reshaped: Rule = ({ g, inputs, dy }) => [g.reshape(dy, inputs[0]!.dims)];

/** TensorProto.DataType. */
const INT64 = 7;

function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

const concat: Rule<{ axis?: number }> = ({ g, inputs, dy, attributes: { axis = 0 }, needs }) => {
  const at = axisOf(axis, dy.dims.length);
  const parts = g.split(
    dy,
    inputs.map((input) => input.dims[at]!),
    at,
  );
  return parts.map((part, index) => (needs(index) ? part : undefined));
};

/** Parts that nothing depends on are zero. */
const split: Rule<{ axis?: number }> = ({ g, outputs, dys, attributes: { axis = 0 } }) => {
  const parts = outputs.map((output, index) => dys[index] ?? zerosLike(g, output));
  return [g.op.Concat(...(parts as [Value, ...Value[]]), { axis })];
};

interface SliceAxis {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly taken: number;
}

/** Slices as ONNX clamps them: negative positions count from the end. */
function sliceAxes({ g, inputs, outputs }: Step): readonly SliceAxis[] {
  const x = inputs[0]!;
  const starts = g.numbersOf(inputs[1]!);
  const axes = constantInts(
    g,
    inputs[3],
    starts.map((_, index) => index),
  );
  const steps = constantInts(
    g,
    inputs[4],
    starts.map(() => 1),
  );
  return axes.map((given, index) => {
    const axis = axisOf(given, x.dims.length);
    const size = x.dims[axis]!;
    const step = steps[index]!;
    const front = starts[index]! < 0 ? starts[index]! + size : starts[index]!;
    const start = Math.min(Math.max(front, 0), step > 0 ? size : size - 1);
    return { axis, start, step, taken: outputs[0]!.dims[axis]! };
  });
}

/** Zeros around what was taken; where elements were skipped or reversed, they are scattered along that axis. */
const slice: Rule = (step) => {
  const { g, inputs, dy } = step;
  const x = inputs[0]!;
  let gradient = dy;
  const begins = x.dims.map(() => 0);
  const ends = x.dims.map(() => 0);
  for (const { axis, start, step: stride, taken } of sliceAxes(step)) {
    if (stride === 1) {
      begins[axis] = start;
      ends[axis] = x.dims[axis]! - start - taken;
    } else {
      const positions = Array.from({ length: taken }, (_, index) => start + index * stride);
      gradient = scatterAlong(g, gradient, { axis, positions, size: x.dims[axis]! });
    }
  }
  const pads = [...begins, ...ends];
  return [pads.some((count) => count > 0) ? g.op.Pad(gradient, g.ints(pads)) : gradient];
};

/** Puts the slices of `values` along an axis at the given positions of a longer axis, adding where positions repeat. */
function scatterAlong(
  g: GraphBuilder,
  values: Value,
  { axis, positions, size }: { axis: number; positions: readonly number[]; size: number },
): Value {
  const dims = values.dims.map((length, at) => (at === axis ? size : length));
  const column = g.constant(
    int64Tensor(
      positions,
      values.dims.map((_, at) => (at === axis ? positions.length : 1)),
    ),
  );
  const zeros = g.op.Expand(g.scalar(0), g.ints(dims));
  return g.op.ScatterElements(zeros, g.op.Expand(column, g.ints(values.dims)), values, { axis, reduction: 'add' });
}

const transpose: Rule<{ perm?: readonly number[] }> = ({ g, inputs, dy, attributes }) => {
  const perm = attributes.perm ?? inputs[0]!.dims.map((_, axis) => inputs[0]!.dims.length - 1 - axis);
  return [g.op.Transpose(dy, { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
};

/** Sums the copies: an axis of `repeats * size` becomes [repeats, size] and is reduced. */
const tile: Rule = ({ g, inputs, dy }) => {
  const x = inputs[0]!;
  const repeats = g.numbersOf(inputs[1]!);
  const unfolded = g.reshape(
    dy,
    x.dims.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return [g.op.ReduceSum(unfolded, g.ints(x.dims.map((_, axis) => 2 * axis)), { keepdims: 0 })];
};

/** Constant padding: what was added is cut off again (negative pads were cut off, and get zeros). */
const pad: Rule = ({ g, inputs, dy, needs }) => {
  const x = inputs[0]!;
  if (needs(2)) throw new TypeError('Pad: the padding value has no gradient');
  const rank = x.dims.length;
  const given = g.numbersOf(inputs[1]!);
  const axes = constantInts(
    g,
    inputs[3],
    x.dims.map((_, axis) => axis),
  ).map((axis) => axisOf(axis, rank));
  const back = Array<number>(2 * rank).fill(0);
  axes.forEach((axis, index) => {
    back[axis] = -given[index]!;
    back[axis + rank] = -given[index + axes.length]!;
  });
  return [g.op.Pad(dy, g.ints(back))];
};

/** Rows that were gathered more than once add up. */
const gather: Rule<{ axis?: number }> = ({ g, inputs, dy, attributes, needs }) => {
  if (!needs(0)) return [];
  const [x, indices] = inputs as [Value, Value];
  const axis = axisOf(attributes.axis ?? 0, x.dims.length);
  const flat = g.reshape(indices, [-1]);
  const rows = g.reshape(dy, [...x.dims.slice(0, axis), flat.dims[0]!, ...x.dims.slice(axis + 1)]);
  if (x.dims.length === 1) return [g.op.ScatterElements(zerosLike(g, x), flat, rows, { axis: 0, reduction: 'add' })];
  if (axis === 0) {
    const column = g.reshape(g.op.Cast(flat, { to: INT64 }), [-1, 1]);
    return [g.op.ScatterND(zerosLike(g, x), column, rows, { reduction: 'add' })];
  }
  const shape = rows.dims.map((_, at) => (at === axis ? flat.dims[0]! : 1));
  const everywhere = g.op.Expand(g.reshape(flat, shape), g.ints(rows.dims));
  return [g.op.ScatterElements(zerosLike(g, x), everywhere, rows, { axis, reduction: 'add' })];
};

const gatherElements: Rule<{ axis?: number }> = ({ g, inputs, dy, attributes: { axis = 0 } }) => [
  g.op.ScatterElements(zerosLike(g, inputs[0]!), inputs[1]!, dy, { axis, reduction: 'add' }),
];

/** Depth to space in the order `DCR` is undone by space to depth. */
const depthToSpace: Rule<{ blocksize?: number; mode?: string }> = ({
  g,
  dy,
  attributes: { blocksize, mode = 'DCR' },
}) => {
  if (mode !== 'DCR') throw new TypeError(`DepthToSpace: no gradient for mode ${mode}`);
  return [g.op.SpaceToDepth(dy, { blocksize })];
};

export const movement: OpRules<
  | 'Concat'
  | 'Split'
  | 'Slice'
  | 'Reshape'
  | 'Transpose'
  | 'Gather'
  | 'GatherElements'
  | 'ScatterElements'
  | 'ScatterND'
  | 'Unsqueeze'
  | 'Squeeze'
  | 'Expand'
  | 'Tile'
  | 'Pad'
  | 'DepthToSpace'
  | 'SpaceToDepth'
  | 'ConstantOfShape'
> = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Reshape: reshaped,
  Transpose: transpose,
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: 'backward',
  ScatterND: 'backward',
  Unsqueeze: reshaped,
  Squeeze: reshaped,
  Expand: ({ g, inputs, dy }) => [unbroadcast(g, dy, inputs[0]!)],
  Tile: tile,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: ({ g, dy, attributes: { blocksize } }) => [g.op.DepthToSpace(dy, { blocksize })],
  ConstantOfShape: 'flat',
};
