/** Letters: x input, y output, dy and dx the loss's gradients with respect to them. */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { mask, type OpRules, type Rule } from '../rule.js';

/** A rule of the form dx = dy * f'(x). */
function times(derivative: (g: GraphBuilder, x: Value, y: Value) => Value): Rule {
  return ({ g, inputs, outputs, dy }) => [g.op.Mul(dy, derivative(g, inputs[0]!, outputs[0]!))];
}

const clip: Rule = ({ g, inputs: [x, low, high], dy, needs }) => {
  if (needs(1) || needs(2)) throw new TypeError('Clip: its limits have no gradient; use Min and Max');
  const above = low ? g.op.GreaterOrEqual(x!, low) : undefined;
  const below = high ? g.op.LessOrEqual(x!, high) : undefined;
  const inside = above && below ? g.op.And(above, below) : (above ?? below);
  return [inside ? g.op.Where(inside, dy, g.scalar(0)) : dy];
};

/**
 * dx = dy * (1 where x > 0, else alpha). The slope is clip(x * 1e30, alpha, 1), two plain passes: half the time of a
 * comparison and a Where. A positive x below 1e-30 counts as 0. y has the sign of x, and is kept by what reads it: x need not be.
 */
const leakyRelu: Rule<{ alpha?: number }> = ({ g, outputs: [y], dy, attributes: { alpha = 0.01 } }) => {
  if (alpha < 0 || alpha > 1) throw new RangeError(`LeakyRelu: expected a slope in 0..1, got ${alpha}`);
  const slope = g.op.Clip(g.op.Mul(y!, g.scalar(1e30)), g.scalar(alpha), g.scalar(1));
  return [g.op.Mul(dy, slope)];
};

export const unary: OpRules<
  | 'Abs'
  | 'Atan'
  | 'Ceil'
  | 'Cos'
  | 'Erf'
  | 'Exp'
  | 'Floor'
  | 'Identity'
  | 'Log'
  | 'Neg'
  | 'Reciprocal'
  | 'Relu'
  | 'Sigmoid'
  | 'Sign'
  | 'Sin'
  | 'Softplus'
  | 'Sqrt'
  | 'Tanh'
  | 'Not'
  | 'Elu'
  | 'HardSigmoid'
  | 'LeakyRelu'
  | 'Clip'
  | 'Cast'
  | 'QuickGelu'
> = {
  /** |x|' = sign(x), 0 at 0. */
  Abs: times((g, x) => g.op.Sign(x)),
  /** atan' = 1 / (1 + x^2). */
  Atan: times((g, x) => g.op.Reciprocal(g.op.Add(g.op.Mul(x, x), g.scalar(1)))),
  Ceil: 'flat',
  Cos: times((g, x) => g.op.Neg(g.op.Sin(x))),
  /** erf' = 2 / sqrt(pi) * exp(-x^2). */
  Erf: times((g, x) => g.op.Mul(g.op.Exp(g.op.Neg(g.op.Mul(x, x))), g.scalar(2 / Math.sqrt(Math.PI)))),
  Exp: times((_, __, y) => y),
  Floor: 'flat',
  Identity: ({ dy }) => [dy],
  Log: ({ g, inputs, dy }) => [g.op.Div(dy, inputs[0]!)],
  Neg: ({ g, dy }) => [g.op.Neg(dy)],
  /** (1 / x)' = -y^2. */
  Reciprocal: times((g, _, y) => g.op.Neg(g.op.Mul(y, y))),
  /** 1 where y > 0, else 0: a saturated HardSigmoid is that step in one pass. */
  Relu: times((g, _, y) => g.op.HardSigmoid(y, { alpha: 1e30, beta: 0 })),
  /** y (1 - y). */
  Sigmoid: times((g, _, y) => g.op.Mul(y, g.op.Sub(g.scalar(1), y))),
  Sign: 'flat',
  Sin: times((g, x) => g.op.Cos(x)),
  /** log(1 + e^x)' = sigmoid(x). */
  Softplus: times((g, x) => g.op.Sigmoid(x)),
  /** 1 / (2 y). */
  Sqrt: ({ g, outputs, dy }) => [g.op.Div(dy, g.op.Mul(outputs[0]!, g.scalar(2)))],
  /** 1 - y^2. */
  Tanh: times((g, _, y) => g.op.Sub(g.scalar(1), g.op.Mul(y, y))),
  Not: 'flat',
  /** 1 where x > 0, else y + alpha (Clevert et al. 2016). */
  Elu: ({ g, inputs, outputs, attributes: { alpha = 1 }, dy }) => {
    const negative = g.op.Mul(dy, g.op.Add(outputs[0]!, g.scalar(alpha)));
    return [g.op.Where(g.op.Greater(inputs[0]!, g.scalar(0)), dy, negative)];
  },
  /** alpha where 0 < y < 1, else 0. */
  HardSigmoid: ({ g, outputs, attributes: { alpha = 0.2 }, dy }) => {
    const y = outputs[0]!;
    const inside = g.op.And(g.op.Greater(y, g.scalar(0)), g.op.Less(y, g.scalar(1)));
    return [g.op.Mul(dy, g.op.Mul(mask(g, inside), g.scalar(alpha)))];
  },
  LeakyRelu: leakyRelu,
  Clip: clip,
  /** Between float types the gradient would be cast back; lookout only casts masks and counters, which have none. */
  Cast: 'flat',
  /** y = x s with s = sigmoid(alpha x): y' = s + alpha y (1 - s). SiLU is alpha = 1 (Elfwing et al. 2018). */
  QuickGelu: ({ g, inputs, outputs, attributes: { alpha = 1.702 }, dy }) => {
    const [x, y] = [inputs[0]!, outputs[0]!];
    const s = g.op.Sigmoid(alpha === 1 ? x : g.op.Mul(x, g.scalar(alpha)));
    const scaled = alpha === 1 ? y : g.op.Mul(y, g.scalar(alpha));
    return [g.op.Mul(dy, g.op.Add(s, g.op.Sub(scaled, g.op.Mul(scaled, s))))];
  },
};
