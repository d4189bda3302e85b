import { intsOf } from '../attribute.js';
import type { DataType } from '../data-type.js';
import type { Dim, Node } from '../model.js';

/**
 * What is known of a value without running the graph.
 *
 * `dims` holds sizes, symbols of free dimensions, and '' for a free dimension without a name; absent: rank unknown.
 * `values` holds the elements of small tensors that steer shapes (the results of Shape, Gather, Concat ... as exporters
 * emit them), row-major, each a number or a dimension's symbol.
 */
export interface Shaped {
  readonly type?: DataType;
  readonly dims?: readonly Dim[];
  readonly values?: readonly Dim[];
}

/** A node and what is known of its inputs: an empty record for an input that is unknown, undefined for one left out. */
export interface Op {
  readonly node: Node;
  /** Version of the operator set that the node belongs to. */
  readonly opset: number;
  readonly inputs: readonly (Shaped | undefined)[];
}

/** What is known of each output of a node; fewer entries than outputs leave the rest unknown. */
export type ShapeRule = (op: Op) => readonly Shaped[];
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

export const UNKNOWN: Shaped = {};

/** Larger tensors than this are not followed by value. */
export const MAX_VALUES = 1024;

/** Makes a record without undefined members. */
export function shaped(type: DataType | undefined, dims: readonly Dim[] | undefined): Shaped {
  return { ...(type && { type }), ...(dims && { dims }) };
}

/** The dims of input `index`; undefined where the rank is unknown. */
export function dimsOf(op: Op, index: number): readonly Dim[] | undefined {
  return op.inputs[index]?.dims;
}

export function typeOf(op: Op, index = 0): DataType | undefined {
  return op.inputs[index]?.type;
}

/** The elements of input `index` where all of them are numbers. */
export function numbersAt(op: Op, index: number): readonly number[] | undefined {
  const values = op.inputs[index]?.values;
  return values?.every((value) => typeof value === 'number') ? (values as number[]) : undefined;
}

/** An axis counted from the front; undefined when it lies outside. */
export function axisOf(axis: number, rank: number): number | undefined {
  const front = axis < 0 ? axis + rank : axis;
  return front >= 0 && front < rank ? front : undefined;
}

/** Axes counted from the front; undefined when one lies outside. */
export function frontAxes(axes: readonly number[], rank: number): readonly number[] | undefined {
  const front = axes.map((axis) => axisOf(axis, rank));
  return front.every((axis) => axis !== undefined) ? (front as number[]) : undefined;
}

/** A list that older operator sets keep in an attribute and newer ones in an input; 'unknown' where it is computed. */
export function listOf(op: Op, attribute: string, input: number): readonly number[] | 'absent' | 'unknown' {
  const fromAttribute = intsOf(op.node, attribute);
  if (fromAttribute) return fromAttribute;
  if (op.inputs[input] === undefined) return 'absent';
  return numbersAt(op, input) ?? 'unknown';
}

/** `combine(a, b)` where both are numbers, else a free dimension. */
export function dimMath(a: Dim, b: Dim, combine: (a: number, b: number) => number): Dim {
  return typeof a === 'number' && typeof b === 'number' ? combine(a, b) : '';
}

/** The product of dims; free where one of them is, except that a single factor keeps its symbol. */
export function productOf(dims: readonly Dim[]): Dim {
  const free = dims.filter((dim) => typeof dim === 'string');
  const known = dims.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
  if (free.length === 0) return known;
  return free.length === 1 && known === 1 ? free[0]! : '';
}

function broadcastDim(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1 || a === b) return a;
  if (typeof a === 'string' && typeof b === 'number') return b;
  return typeof a === 'number' && typeof b === 'string' ? a : '';
}

/** The common shape of multidirectional broadcasting (ONNX, "Broadcasting"); undefined when a rank is unknown. */
export function broadcast(shapes: readonly (readonly Dim[] | undefined)[]): readonly Dim[] | undefined {
  let result: readonly Dim[] = [];
  for (const dims of shapes) {
    if (!dims) return undefined;
    const rank = Math.max(result.length, dims.length);
    const [a, b] = [result, dims];
    result = Array.from({ length: rank }, (_, index) =>
      broadcastDim(a[index - rank + a.length] ?? 1, b[index - rank + b.length] ?? 1),
    );
  }
  return result;
}

/** The dims with some replaced. */
export function withDims(dims: readonly Dim[], replaced: ReadonlyMap<number, Dim>): readonly Dim[] {
  return dims.map((dim, axis) => replaced.get(axis) ?? dim);
}
