import { intOf, intsOf } from '../attribute.js';
import type { Dim } from '../model.js';
import {
  axisOf,
  broadcast,
  dimMath,
  dimsOf,
  frontAxes,
  listOf,
  numbersAt,
  type Op,
  productOf,
  type ShapeRule,
  type ShapeRules,
  shaped,
  typeOf,
  withDims,
} from './shaped.js';

const unknown = (op: Op) => [shaped(typeOf(op), undefined)];

const concat: ShapeRule = (op) => {
  const shapes = op.inputs.map((input) => input?.dims).filter((dims) => dims !== undefined);
  const first = shapes[0];
  const axis = first && axisOf(intOf(op.node, 'axis', 0), first.length);
  if (!first || axis === undefined) return unknown(op);
  const complete = shapes.length === op.inputs.length;
  const total = shapes.map((dims) => dims[axis] ?? '').reduce((sum, dim) => dimMath(sum, dim, (a, b) => a + b), 0);
  const rest = first.map(
    (dim, at) => shapes.map((dims) => dims[at]!).find((other) => typeof other === 'number') ?? dim,
  );
  return [shaped(typeOf(op), withDims(rest, new Map([[axis, complete ? total : '']])))];
};

/** QLinearConcat: scale and zero point of Y, then (tensor, scale, zero point) of each input. */
const quantisedConcat: ShapeRule = (op) => {
  const inputs = op.inputs.filter((_, index) => index >= 2 && (index - 2) % 3 === 0);
  return concat({ ...op, inputs });
};

function splitSizes(op: Op, total: Dim): readonly Dim[] {
  const given = listOf(op, 'split', 1);
  const parts = op.node.outputs.length;
  if (given === 'unknown') return op.node.outputs.map(() => '');
  if (given !== 'absent') return given;
  if (typeof total !== 'number') return op.node.outputs.map(() => '');
  const each = Math.ceil(total / parts);
  return Array.from({ length: parts }, (_, index) => Math.max(0, Math.min(each, total - index * each)));
}

const split: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axis = dims && axisOf(intOf(op.node, 'axis', 0), dims.length);
  if (!dims || axis === undefined) return op.node.outputs.map(() => shaped(typeOf(op), undefined));
  return splitSizes(op, dims[axis]!).map((size) => shaped(typeOf(op), withDims(dims, new Map([[axis, size]]))));
};

/** Number of elements that `start:end:step` takes of `size` (numpy's rule, clamped as ONNX's Slice says). */
function sliceLength(size: number, [start, end, step]: readonly [number, number, number]): number {
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [from, to] =
    step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
}

function sliced(dim: Dim, start: Dim | undefined, end: Dim | undefined, step: number): Dim {
  const whole = start === 0 && step === 1 && (end === dim || (typeof end === 'number' && end >= 2 ** 31 - 1));
  if (whole) return dim;
  if (typeof dim !== 'number' || typeof start !== 'number' || typeof end !== 'number') return '';
  return sliceLength(dim, [start, end, step]);
}

const slice: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return unknown(op);
  const starts = intsOf(op.node, 'starts') ?? op.inputs[1]?.values;
  const ends = intsOf(op.node, 'ends') ?? op.inputs[2]?.values;
  const given = listOf(op, 'axes', 3);
  const steps = listOf(op, 'steps', 4);
  const count = starts?.length ?? ends?.length ?? 0;
  const axes = given === 'absent' ? Array.from({ length: count }, (_, axis) => axis) : given;
  const front = axes === 'unknown' ? undefined : frontAxes(axes, dims.length);
  if (!front || steps === 'unknown')
    return [
      shaped(
        typeOf(op),
        dims.map(() => ''),
      ),
    ];
  const changed = front.map((axis, at): [number, Dim] => {
    const step = steps === 'absent' ? 1 : (steps[at] ?? 1);
    return [axis, sliced(dims[axis]!, starts?.[at], ends?.[at], step)];
  });
  return [shaped(typeOf(op), withDims(dims, new Map(changed)))];
};

/** The dimension that -1 stands for; symbols that appear on both sides cancel. */
function inferred(from: readonly Dim[], to: readonly Dim[]): Dim {
  const left = [...from];
  const right = to.filter((dim) => dim !== -1);
  for (const dim of right.filter((other) => typeof other === 'string' && other !== '')) {
    const at = left.indexOf(dim);
    if (at < 0) return '';
    left.splice(at, 1);
    right.splice(right.indexOf(dim), 1);
  }
  const [total, rest] = [productOf(left), productOf(right)];
  if (rest === 1) return total;
  return dimMath(total, rest, (a, b) => (b === 0 ? 0 : a / b));
}

const reshape: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const target = intsOf(op.node, 'shape') ?? op.inputs[1]?.values;
  const rank = dimsOf(op, 1)?.[0];
  if (!target) {
    return [shaped(typeOf(op), typeof rank === 'number' && rank < 64 ? Array<Dim>(rank).fill('') : undefined)];
  }
  const keepZero = intOf(op.node, 'allowzero', 0) === 1;
  const filled = target.map((dim, axis) => (dim === 0 && !keepZero ? (dims?.[axis] ?? '') : dim));
  const missing = dims && filled.includes(-1) ? inferred(dims, filled) : '';
  return [
    shaped(
      typeOf(op),
      filled.map((dim) => (dim === -1 ? missing : dim)),
    ),
  ];
};

const flatten: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return [shaped(typeOf(op), ['', ''])];
  const axis = intOf(op.node, 'axis', 1);
  const at = axis < 0 ? axis + dims.length : axis;
  return [shaped(typeOf(op), [productOf(dims.slice(0, at)), productOf(dims.slice(at))])];
};

const transpose: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return unknown(op);
  const perm = intsOf(op.node, 'perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  return [
    shaped(
      typeOf(op),
      perm.map((axis) => dims[axis] ?? ''),
    ),
  ];
};

const gather: ShapeRule = (op) => {
  const [dims, indices] = [dimsOf(op, 0), dimsOf(op, 1)];
  const axis = dims && axisOf(intOf(op.node, 'axis', 0), dims.length);
  if (!dims || !indices || axis === undefined) return unknown(op);
  return [shaped(typeOf(op), [...dims.slice(0, axis), ...indices, ...dims.slice(axis + 1)])];
};

const gatherNd: ShapeRule = (op) => {
  const [dims, indices] = [dimsOf(op, 0), dimsOf(op, 1)];
  const depth = indices?.at(-1);
  if (!dims || !indices || typeof depth !== 'number') return unknown(op);
  return [shaped(typeOf(op), [...indices.slice(0, -1), ...dims.slice(intOf(op.node, 'batch_dims', 0) + depth)])];
};

const unsqueeze: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axes = listOf(op, 'axes', 1);
  if (!dims || typeof axes === 'string') return unknown(op);
  const rank = dims.length + axes.length;
  const front = frontAxes(axes, rank);
  const rest = [...dims];
  return [
    shaped(typeOf(op), front && Array.from({ length: rank }, (_, axis) => (front.includes(axis) ? 1 : rest.shift()!))),
  ];
};

const squeeze: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axes = listOf(op, 'axes', 1);
  if (!dims || axes === 'unknown') return unknown(op);
  if (axes === 'absent') return [shaped(typeOf(op), dims.includes('') ? undefined : dims.filter((dim) => dim !== 1))];
  const front = frontAxes(axes, dims.length);
  return [shaped(typeOf(op), front && dims.filter((_, axis) => !front.includes(axis)))];
};

const expand: ShapeRule = (op) => [shaped(typeOf(op), broadcast([dimsOf(op, 0), op.inputs[1]?.values]))];

const tile: ShapeRule = (op) => {
  const repeats = numbersAt(op, 1);
  return [
    shaped(
      typeOf(op),
      dimsOf(op, 0)?.map((dim, axis) => dimMath(dim, repeats?.[axis] ?? '', (a, b) => a * b)),
    ),
  ];
};

const pad: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return unknown(op);
  const pads = listOf(op, 'pads', 1);
  const axes = op.inputs[3] ? numbersAt(op, 3) : dims.map((_, axis) => axis);
  const front = axes && frontAxes(axes, dims.length);
  if (!front || typeof pads === 'string')
    return [
      shaped(
        typeOf(op),
        dims.map(() => ''),
      ),
    ];
  const changed = front.map((axis, at): [number, Dim] => {
    const extra = (pads[at] ?? 0) + (pads[at + front.length] ?? 0);
    return [axis, extra === 0 ? dims[axis]! : dimMath(dims[axis]!, extra, (a, b) => a + b)];
  });
  return [shaped(typeOf(op), withDims(dims, new Map(changed)))];
};

/** Operations that move elements without changing them. */
export const movement: ShapeRules = {
  Concat: concat,
  QLinearConcat: quantisedConcat,
  Split: split,
  Slice: slice,
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Gather: gather,
  GatherElements: (op) => [shaped(typeOf(op), dimsOf(op, 1))],
  GatherND: gatherNd,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Expand: expand,
  Tile: tile,
  Pad: pad,
};
