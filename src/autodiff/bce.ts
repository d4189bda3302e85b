import type { GraphBuilder, Value } from '#onnx/builder.js';
import { type Rule, unbroadcast } from './rule.js';

/**
 * Binary cross entropy of logits x and targets z in 0..1, element by element, of the shape of x:
 * max(x, 0) - x z + log(1 + exp(-|x|)), which neither overflows nor takes the logarithm of 0.
 * z is broadcast to x.
 */
export function bceWithLogits(g: GraphBuilder, x: Value, z: Value): Value {
  const [loss] = g.group('BceWithLogits', [x, z], {}, () => {
    const linear = g.op.Sub(g.op.Relu(x), g.op.Mul(x, z));
    return [g.op.Add(linear, g.op.Softplus(g.op.Neg(g.op.Abs(x))))];
  });
  return loss!;
}

/** dx = dy (sigmoid(x) - z); dz = -dy x. */
export const bceRule: Rule = ({ g, inputs, dy, needs }) => {
  const [x, z] = inputs as [Value, Value];
  return [
    needs(0) ? g.op.Mul(dy, g.op.Sub(g.op.Sigmoid(x), z)) : undefined,
    needs(1) ? unbroadcast(g, g.op.Neg(g.op.Mul(dy, x)), z) : undefined,
  ];
};
