/**
 * Losses element by element or row by row, as graph operators. None of them averages: weigh and reduce with
 * {@link weightedMean}. Letters: M rows, C classes.
 */
import { bceWithLogits } from '#autodiff/bce.js';
import type { GraphBuilder, Value } from '#onnx/builder.js';

export { bceWithLogits };

/** Sum of everything, one number. */
export function total(g: GraphBuilder, value: Value): Value {
  return g.op.ReduceSum(value, undefined, { keepdims: 0 });
}

/** sum(values * weights) / max(1, sum(weights)), one number; the weights are broadcast to the values and have no gradient. */
export function weightedMean(g: GraphBuilder, values: Value, weights: Value): Value {
  const spread = String(values.dims) === String(weights.dims) ? weights : g.op.Expand(weights, g.ints(values.dims));
  const count = g.untaped(() => g.op.Max(total(g, spread), g.scalar(1)));
  return g.op.Div(total(g, g.op.Mul(values, spread)), count);
}

/** Mean of everything, one number. */
export function mean(g: GraphBuilder, value: Value): Value {
  return g.op.ReduceMean(value, undefined, { keepdims: 0 });
}

/** -sum over classes of t log softmax(x): `[M, C]` and targets `[M, C]` that sum to 1 (one-hot or smoothed) to `[M]`. */
export function softmaxCrossEntropy(g: GraphBuilder, logits: Value, targets: Value): Value {
  return g.op.Neg(
    g.op.ReduceSum(g.op.Mul(g.op.LogSoftmax(logits, { axis: 1 }), targets), g.ints([1]), { keepdims: 0 }),
  );
}

/**
 * Binary focal loss of logits (Lin et al. 2017): alpha_t (1 - p_t)^gamma BCE, p_t the probability given to the target;
 * for targets between 0 and 1, p_t = z p + (1 - z)(1 - p), as YOLOv5 does.
 */
export function focalLoss(g: GraphBuilder, logits: Value, targets: Value, { gamma = 2, alpha = 0.25 } = {}): Value {
  const one = g.scalar(1);
  const p = g.op.Sigmoid(logits);
  const opposite = g.op.Sub(one, targets);
  const pt = g.op.Add(g.op.Mul(targets, p), g.op.Mul(opposite, g.op.Sub(one, p)));
  const alphaT = g.op.Add(g.op.Mul(targets, g.scalar(alpha)), g.op.Mul(opposite, g.scalar(1 - alpha)));
  const missing = g.op.Max(g.op.Sub(one, pt), g.scalar(1e-6));
  const focus = gamma === 2 ? g.op.Mul(missing, missing) : g.op.Pow(missing, g.scalar(gamma));
  return g.op.Mul(g.op.Mul(alphaT, focus), bceWithLogits(g, logits, targets));
}

/** Smooth L1 (Girshick 2015): d^2 / (2 beta) for |d| < beta, else |d| - beta / 2. */
export function smoothL1(g: GraphBuilder, predicted: Value, target: Value, beta = 1): Value {
  const distance = g.op.Abs(g.op.Sub(predicted, target));
  const near = g.op.Mul(g.op.Mul(distance, distance), g.scalar(0.5 / beta));
  return g.op.Where(g.op.Less(distance, g.scalar(beta)), near, g.op.Sub(distance, g.scalar(beta / 2)));
}

/**
 * Wing loss for landmarks (Feng et al. 2018): w ln(1 + |d| / epsilon) for |d| < w, else |d| - C with
 * C = w - w ln(1 + w / epsilon): small errors weigh more than with L1.
 */
export function wingLoss(g: GraphBuilder, predicted: Value, target: Value, { width = 10, epsilon = 2 } = {}): Value {
  const distance = g.op.Abs(g.op.Sub(predicted, target));
  const scaled = g.op.Add(g.op.Mul(distance, g.scalar(1 / epsilon)), g.scalar(1));
  const near = g.op.Mul(g.op.Log(scaled), g.scalar(width));
  const offset = width - width * Math.log(1 + width / epsilon);
  return g.op.Where(g.op.Less(distance, g.scalar(width)), near, g.op.Sub(distance, g.scalar(offset)));
}

/** Rows of length 1 (L2), `[M, D]`; 1e-6 is added to the squared length. */
export function normaliseRows(g: GraphBuilder, rows: Value): Value {
  const squares = g.op.ReduceSumSquare(rows, g.ints([1]), { keepdims: 1 });
  return g.op.Div(rows, g.op.Sqrt(g.op.Add(squares, g.scalar(1e-6))));
}

/** Triplet loss (Schroff et al. 2015): max(0, |a - p|^2 - |a - n|^2 + margin), each `[M, D]`, to `[M, 1]`. */
export function tripletLoss(
  g: GraphBuilder,
  [anchor, positive, negative]: readonly [Value, Value, Value],
  margin = 0.2,
): Value {
  const squared = (other: Value) => g.op.ReduceSumSquare(g.op.Sub(anchor, other), g.ints([1]), { keepdims: 1 });
  return g.op.Relu(g.op.Add(g.op.Sub(squared(positive), squared(negative)), g.scalar(margin)));
}
