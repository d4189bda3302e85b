/**
 * Batch normalisation in training: the statistics are those of the batch, so the gradient runs through them too
 * (Ioffe and Szegedy 2015). Letters: n elements per channel, mu mean, v variance, r = 1 / sqrt(v + epsilon).
 */
import { type GraphBuilder, sizeOf, type Value } from '#onnx/builder.js';
import type { Rule } from './rule.js';

export interface BatchNormOutputs {
  readonly y: Value;
  /** Of the batch, `[C]`, without a gradient. */
  readonly mean: Value;
  /** Of the batch, biased (divided by n), `[C]`, without a gradient. */
  readonly variance: Value;
}

/** Zeros and ones of `[C]`: the statistics with which BatchNormalization is x times scale plus shift, in one pass. */
function affine(g: GraphBuilder, x: Value, scale: Value, shift: Value): Value {
  const count = x.dims[1]!;
  const zeros = g.floats(new Float32Array(count));
  const ones = g.floats(new Float32Array(count).fill(1));
  return g.op.BatchNormalization(x, scale, shift, zeros, ones, { epsilon: 0 });
}

/** Sum over everything but the channels of a * b, `[C]`: a row times a column for every picture and channel. */
function dotPerChannel(g: GraphBuilder, a: Value, b: Value): Value {
  const [n, c] = a.dims as [number, number];
  const positions = sizeOf(a) / (n * c);
  const row = g.reshape(a, [n * c, 1, positions]);
  const column = g.reshape(b, [n * c, 1, positions]);
  const dots = g.reshape(g.op.FusedMatMul(row, column, { transB: 1 }), [n, c]);
  return g.op.ReduceSum(dots, g.ints([0]), { keepdims: 0 });
}

function sumPerChannel(g: GraphBuilder, a: Value): Value {
  return g.op.ReduceSum(a, g.ints(a.dims.map((_, axis) => axis).filter((axis) => axis !== 1)), { keepdims: 0 });
}

/** y = (x - mu) r scale + shift for x `[N, C, ...]` and scale, shift `[C]`. */
export function batchNorm(
  g: GraphBuilder,
  [x, scale, shift]: readonly [Value, Value, Value],
  epsilon = 1e-5,
): BatchNormOutputs {
  const share = g.scalar(x.dims[1]! / sizeOf(x));
  const [y, mean, variance] = g.group('BatchNormTraining', [x, scale, shift], { epsilon }, () => {
    const mu = g.op.Mul(sumPerChannel(g, x), share);
    const square = g.op.Mul(dotPerChannel(g, x, x), share);
    const v = g.op.Max(g.op.Sub(square, g.op.Mul(mu, mu)), g.scalar(0));
    return [g.op.BatchNormalization(x, scale, shift, mu, v, { epsilon }), mu, v];
  });
  return { y: y!, mean: mean!, variance: variance! };
}

/**
 * dshift = sum(dy), dscale = r (sum(dy x) - mu sum(dy)),
 * dx = a dy + b x + c with a = scale r, b = -a r dscale / n, c = -a dshift / n - b mu.
 */
export const batchNormRule: Rule<{ readonly epsilon?: number }> = (step) => {
  const { g, inputs, outputs, dys, attributes } = step;
  const [x, scale] = inputs as [Value, Value, Value];
  const [, mean, variance] = outputs as [Value, Value, Value];
  if (dys[1] || dys[2]) throw new TypeError('BatchNormTraining: the batch statistics have no gradient');
  const dy = step.dy;
  const r = g.op.Reciprocal(g.op.Sqrt(g.op.Add(variance, g.scalar(attributes.epsilon ?? 1e-5))));
  const dshift = sumPerChannel(g, dy);
  const dscale = g.op.Mul(r, g.op.Sub(dotPerChannel(g, dy, x), g.op.Mul(mean, dshift)));
  if (!step.needs(0)) return [undefined, dscale, dshift];
  const a = g.op.Mul(scale, r);
  const perElement = g.op.Mul(a, g.scalar(x.dims[1]! / sizeOf(x)));
  const b = g.op.Neg(g.op.Mul(perElement, g.op.Mul(r, dscale)));
  const c = g.op.Neg(g.op.Add(g.op.Mul(perElement, dshift), g.op.Mul(b, mean)));
  const scaled = g.op.Mul(dy, g.reshape(a, [a.dims[0]!, ...x.dims.slice(2).map(() => 1)]));
  return [g.op.Add(scaled, affine(g, x, b, c)), dscale, dshift];
};
