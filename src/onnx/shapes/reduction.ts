import { intOf } from '../attribute.js';
import type { DataType } from '../data-type.js';
import type { Dim } from '../model.js';
import {
  axisOf,
  dimsOf,
  frontAxes,
  listOf,
  numbersAt,
  type Op,
  type ShapeRule,
  type ShapeRules,
  shaped,
  typeOf,
  withDims,
} from './shaped.js';

function reducedDims(dims: readonly Dim[], axes: readonly number[], keep: boolean): readonly Dim[] {
  return keep
    ? dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : dims.filter((_, axis) => !axes.includes(axis));
}

const reduce: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const given = listOf(op, 'axes', 1);
  if (!dims || given === 'unknown') return [shaped(typeOf(op), undefined)];
  const noop = intOf(op.node, 'noop_with_empty_axes', 0) === 1;
  const all = noop ? [] : dims.map((_, axis) => axis);
  const axes = given === 'absent' || given.length === 0 ? all : frontAxes(given, dims.length);
  return [shaped(typeOf(op), axes && reducedDims(dims, axes, intOf(op.node, 'keepdims', 1) === 1))];
};

const arg: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axis = dims && axisOf(intOf(op.node, 'axis', 0), dims.length);
  const keep = intOf(op.node, 'keepdims', 1) === 1;
  return [shaped('int64', axis === undefined ? undefined : reducedDims(dims!, [axis], keep))];
};

const topK: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axis = dims && axisOf(intOf(op.node, 'axis', -1), dims.length);
  const k: Dim = intOf(op.node, 'k') ?? op.inputs[1]?.values?.[0] ?? '';
  const out = axis === undefined ? undefined : withDims(dims!, new Map([[axis, k]]));
  return [shaped(typeOf(op), out), shaped('int64', out)];
};

/** Rows are found at run time: their number is free. */
function rows(type: (op: Op) => DataType | undefined, columns: (op: Op) => readonly Dim[] | undefined): ShapeRule {
  return (op) => {
    const rest = columns(op);
    return [shaped(type(op), rest && ['', ...rest])];
  };
}

const nonZero: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  return [shaped('int64', [dims ? dims.length : '', ''])];
};

const oneHot: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axis = dims && axisOf(intOf(op.node, 'axis', -1), dims.length + 1);
  const depth = numbersAt(op, 1)?.[0] ?? '';
  return [
    shaped(typeOf(op, 2), axis === undefined ? undefined : [...dims!.slice(0, axis), depth, ...dims!.slice(axis)]),
  ];
};

const REDUCTIONS = 'Sum Mean Max Min Prod L1 L2 LogSum LogSumExp SumSquare'.split(' ');

/** Operations that reduce, select or count. */
export const reduction: ShapeRules = {
  ...Object.fromEntries(REDUCTIONS.map((name) => [`Reduce${name}`, reduce])),
  ArgMax: arg,
  ArgMin: arg,
  TopK: topK,
  NonZero: nonZero,
  NonMaxSuppression: rows(
    () => 'int64',
    () => [3],
  ),
  Compress: rows(typeOf, (op) => (op.node.attributes.has('axis') ? undefined : [])),
  OneHot: oneHot,
};
