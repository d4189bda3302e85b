/** Letters: N pictures, C channels, P positions per channel, mu mean, v variance, r = 1 / sqrt(v + epsilon). */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';
import type { OpRules, Rule } from '../rule.js';

function channels(g: GraphBuilder, value: Value, rank: number): Value {
  return g.reshape(value, [value.dims[0]!, ...Array<number>(rank - 2).fill(1)]);
}

function channelSums(g: GraphBuilder, value: Value): Value {
  return g.op.ReduceSum(value, g.ints(value.dims.map((_, axis) => axis).filter((axis) => axis !== 1)), { keepdims: 0 });
}

/**
 * With fixed statistics y = (x - mu) r scale + shift: dx = dy r scale, dscale = sum((x - mu) r dy), dshift = sum(dy).
 * The statistics are constants here; in training they depend on x, see batch-norm.ts.
 */
const batchNormalization: Rule<AttributesOf<'BatchNormalization'>> = ({ g, inputs, attributes, dy, needs }) => {
  const [x, scale, , mean, variance] = inputs as [Value, Value, Value, Value, Value];
  const { epsilon = 1e-5 } = attributes;
  if (needs(3) || needs(4)) throw new TypeError('BatchNormalization: fixed statistics have no gradient');
  const rank = x.dims.length;
  const r = g.op.Reciprocal(g.op.Sqrt(g.op.Add(variance, g.scalar(epsilon))));
  const centred = () => g.op.Sub(x, channels(g, mean, rank));
  return [
    needs(0) ? g.op.Mul(dy, channels(g, g.op.Mul(scale, r), rank)) : undefined,
    needs(1) ? g.op.Mul(channelSums(g, g.op.Mul(dy, centred())), r) : undefined,
    needs(2) ? channelSums(g, dy) : undefined,
  ];
};

/** dx = y (dy - sum(dy y)) along the axis. */
const softmax: Rule<{ axis?: number }> = ({ g, outputs, dy, attributes: { axis = -1 } }) => {
  const y = outputs[0]!;
  const total = g.op.ReduceSum(g.op.Mul(dy, y), g.ints([axis]), { keepdims: 1 });
  return [g.op.Mul(y, g.op.Sub(dy, total))];
};

/** dx = dy - exp(y) sum(dy) along the axis. */
const logSoftmax: Rule<{ axis?: number }> = ({ g, outputs, dy, attributes: { axis = -1 } }) => {
  const total = g.op.ReduceSum(dy, g.ints([axis]), { keepdims: 1 });
  return [g.op.Sub(dy, g.op.Mul(g.op.Exp(outputs[0]!), total))];
};

export const normalisation: OpRules<'BatchNormalization' | 'Softmax' | 'LogSoftmax'> = {
  BatchNormalization: batchNormalization,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
