/**
 * Following the elements of small tensors, so that shapes that a graph computes for itself (Shape, Gather, Mul, Concat,
 * Reshape ...) are known. An element is a number or the symbol of a dimension; '' where nothing is known of it.
 */
import { intOf, intsOf } from '../attribute.js';
import type { Dim } from '../model.js';
import { axisOf, listOf, MAX_VALUES, type Op, productOf, type Shaped } from './shaped.js';

type Values = readonly Dim[];
/** The elements of the (only) output; undefined where they are not followed. */
type ValueRule = (op: Op, output: Shaped) => Values | undefined;

const same: ValueRule = (op) => op.inputs[0]?.values;

function unary(compute: (value: number) => number): ValueRule {
  return (op) => op.inputs[0]?.values?.map((value) => (typeof value === 'number' ? compute(value) : ''));
}

/** Row-major index into a tensor of `from` for each element of `to`, to which it is broadcast. */
function broadcastIndex(from: readonly number[], to: readonly number[]): (index: number) => number {
  const lead = to.length - from.length;
  return (index) => {
    let [rest, stride, at] = [index, 1, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const coordinate = rest % to[axis]!;
      rest = Math.floor(rest / to[axis]!);
      const size = axis < lead ? 1 : from[axis - lead]!;
      if (size !== 1) at += coordinate * stride;
      stride *= size;
    }
    return at;
  };
}

function fixed(dims: readonly Dim[] | undefined): readonly number[] | undefined {
  return dims?.every((dim) => typeof dim === 'number') ? (dims as number[]) : undefined;
}

/** An operation on each element of inputs that are broadcast to the output. */
function pointwise(compute: (...values: Dim[]) => Dim): ValueRule {
  return (op, output) => {
    const to = fixed(output.dims);
    const count = to && productOf(to);
    if (!to || typeof count !== 'number' || count > MAX_VALUES) return undefined;
    const reads = op.inputs.map((input) => {
      const from = fixed(input?.dims);
      const values = input?.values;
      if (!from || !values) return undefined;
      const indexOf = broadcastIndex(from, to);
      return (index: number): Dim => values[indexOf(index)] ?? '';
    });
    if (reads.some((read) => !read)) return undefined;
    return Array.from({ length: count }, (_, index) => compute(...reads.map((read) => read!(index))));
  };
}

/** `neutral` on the right (and on the left, where the operation commutes) leaves a symbol as it is. */
function arithmetic(compute: (a: number, b: number) => number, neutral?: number, commutes = false): ValueRule {
  return pointwise((a = '', b = '') => {
    if (typeof a === 'number' && typeof b === 'number') return compute(a, b);
    if (b === neutral) return a;
    return commutes && a === neutral ? b : '';
  });
}

function comparison(compute: (a: number, b: number) => boolean): ValueRule {
  return pointwise((a = '', b = '') => {
    if (typeof a === 'number' && typeof b === 'number') return compute(a, b) ? 1 : 0;
    return '';
  });
}

/** A dimension is never negative, so a symbol differs from -1. */
const equal = pointwise((a = '', b = '') => {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 1 : 0;
  if (a === b && a !== '') return 1;
  return (typeof a === 'number' && a < 0) || (typeof b === 'number' && b < 0) ? 0 : '';
});

const where = pointwise((condition = '', a = '', b = '') => {
  if (condition === '') return a === b ? a : '';
  return condition ? a : b;
});

function isInteger(op: Op): boolean {
  return !op.inputs[0]?.type?.startsWith('float');
}

const divide: ValueRule = (op, output) =>
  arithmetic((a, b) => (b === 0 ? 0 : isInteger(op) ? Math.trunc(a / b) : a / b), 1)(op, output);

const cast: ValueRule = (op, output) => {
  const truncate = output.type !== undefined && !output.type.startsWith('float');
  return op.inputs[0]?.values?.map((value) => (typeof value === 'number' && truncate ? Math.trunc(value) : value));
};

const gather: ValueRule = (op) => {
  const [data, indices] = op.inputs;
  if (!data?.values || !indices?.values || data.dims?.length !== 1) return undefined;
  const values = data.values;
  return indices.values.map((index) => (typeof index === 'number' ? (values.at(index) ?? '') : ''));
};

const concat: ValueRule = (op) => {
  if (op.inputs.some((input) => !input?.values || input.dims?.length !== 1)) return undefined;
  return op.inputs.flatMap((input) => input!.values!);
};

/** Slices of vectors, the only ones that exporters compute shapes with. */
const slice: ValueRule = (op) => {
  const data = op.inputs[0];
  const steps = listOf(op, 'steps', 4);
  const start = (intsOf(op.node, 'starts') ?? op.inputs[1]?.values)?.[0];
  const end = (intsOf(op.node, 'ends') ?? op.inputs[2]?.values)?.[0];
  if (!data?.values || data.dims?.length !== 1 || typeof start !== 'number' || typeof end !== 'number')
    return undefined;
  const step = steps === 'absent' ? 1 : steps === 'unknown' ? undefined : steps[0];
  if (step === 1) return data.values.slice(start, end);
  return step === -1 && start === -1 && end < -data.values.length ? [...data.values].reverse() : undefined;
};

const expand: ValueRule = (op, output) =>
  pointwise((value = '') => value)({ ...op, inputs: op.inputs.slice(0, 1) }, output);

function reduceAll(combine: (a: number, b: number) => number, start: number): ValueRule {
  return (op) => {
    const data = op.inputs[0];
    const axes = listOf(op, 'axes', 1);
    const all = axes === 'absent' || (Array.isArray(axes) && axes.length === 1 && axisOf(axes[0]!, 1) === 0);
    if (!data?.values || data.dims?.length !== 1 || !all) return undefined;
    if (data.values.length === 1) return data.values;
    const numbers = data.values.filter((value) => typeof value === 'number');
    return [numbers.length === data.values.length ? numbers.reduce(combine, start) : ''];
  };
}

const split: ValueRule = (op) => (op.node.outputs.length === 1 ? op.inputs[0]?.values : undefined);

const RULES: Readonly<Record<string, ValueRule>> = {
  Identity: same,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Flatten: same,
  Cast: cast,
  Split: split,
  Neg: unary((value) => -value),
  Abs: unary(Math.abs),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Sqrt: unary(Math.sqrt),
  Not: unary((value) => (value ? 0 : 1)),
  Add: arithmetic((a, b) => a + b, 0, true),
  Sub: arithmetic((a, b) => a - b, 0),
  Mul: arithmetic((a, b) => a * b, 1, true),
  Div: divide,
  Mod: (op, output) =>
    arithmetic((a, b) => (b === 0 ? 0 : intOf(op.node, 'fmod', 0) ? a % b : ((a % b) + b) % b))(op, output),
  Pow: arithmetic((a, b) => a ** b, 1),
  Min: arithmetic(Math.min),
  Max: arithmetic(Math.max),
  Equal: equal,
  Greater: comparison((a, b) => a > b),
  Less: comparison((a, b) => a < b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Where: where,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Expand: expand,
  ReduceProd: reduceAll((a, b) => a * b, 1),
  ReduceSum: reduceAll((a, b) => a + b, 0),
  ReduceMax: reduceAll(Math.max, Number.NEGATIVE_INFINITY),
  ReduceMin: reduceAll(Math.min, Number.POSITIVE_INFINITY),
};

/** The outputs with their elements added, where the operation is one that shapes are computed with. */
export function withValues(op: Op, outputs: readonly Shaped[]): readonly Shaped[] {
  const [output, ...others] = outputs;
  const rule = Object.hasOwn(RULES, op.node.op) ? RULES[op.node.op] : undefined;
  if (!output || output.values || !rule || op.node.domain !== '' || !op.inputs[0]?.values) return outputs;
  const values = rule(op, output);
  return values && values.length <= MAX_VALUES ? [{ ...output, values }, ...others] : outputs;
}
