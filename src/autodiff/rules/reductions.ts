import type { GraphBuilder, Value } from '#onnx/builder.js';
import { axesOf, constantInts, mask, type OpRules, type Rule, type Step, sizeOf } from '../rule.js';

type Reduction = Rule<{ keepdims?: number }>;

/** The axes that are reduced, and the shape that keeps them as 1, so that it broadcasts against the input. */
function reduced({ g, inputs }: Step<{ keepdims?: number }>): {
  readonly axes: readonly number[];
  readonly dims: readonly number[];
} {
  const x = inputs[0]!;
  const axes = constantInts(g, inputs[1], axesOf(x)).map((axis) => (axis < 0 ? axis + x.dims.length : axis));
  return { axes, dims: x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size)) };
}

/** A value of the reduced shape, ready to broadcast. */
function aligned(g: GraphBuilder, value: Value, dims: readonly number[]): Value {
  return value.dims.length === dims.length ? value : g.reshape(value, dims);
}

const reduceSum: Reduction = (step) => {
  const { g, inputs, dy } = step;
  return [g.op.Expand(aligned(g, dy, reduced(step).dims), g.ints(inputs[0]!.dims))];
};

const reduceMean: Reduction = (step) => {
  const { g, inputs, outputs, dy } = step;
  const share = g.op.Mul(dy, g.scalar(sizeOf(outputs[0]!) / sizeOf(inputs[0]!)));
  return [g.op.Expand(aligned(g, share, reduced(step).dims), g.ints(inputs[0]!.dims))];
};

/** All elements that equal the extreme share its gradient evenly. */
const extreme: Reduction = (step) => {
  const { g, inputs, outputs, dy } = step;
  const { axes, dims } = reduced(step);
  const hits = mask(g, g.op.Equal(inputs[0]!, aligned(g, outputs[0]!, dims)));
  const count = g.op.ReduceSum(hits, g.ints(axes), { keepdims: 1 });
  return [g.op.Mul(hits, g.op.Div(aligned(g, dy, dims), count))];
};

export const reductions: OpRules<
  'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceL2' | 'ReduceSumSquare' | 'ArgMax'
> = {
  /** Every element takes the gradient of its sum. */
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  ReduceMax: extreme,
  ReduceMin: extreme,
  /** dx = dy x / y. */
  ReduceL2: (step) => {
    const { g, inputs, outputs, dy } = step;
    return [g.op.Mul(inputs[0]!, aligned(g, g.op.Div(dy, outputs[0]!), reduced(step).dims))];
  },
  /** dx = 2 dy x. */
  ReduceSumSquare: (step) => {
    const { g, inputs, dy } = step;
    return [g.op.Mul(inputs[0]!, aligned(g, g.op.Mul(dy, g.scalar(2)), reduced(step).dims))];
  },
  ArgMax: 'flat',
};
