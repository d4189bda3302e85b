import type { Value } from '#onnx/builder.js';
import type { Net } from '../net.js';

/** The activations that layers can be given by name. */
export const ACTIVATIONS = {
  none: (_: Net, x: Value) => x,
  relu: ({ g }: Net, x: Value) => g.op.Relu(x),
  /** Slope 0.1 below 0, as in the YOLO papers. */
  leaky: ({ g }: Net, x: Value) => g.op.LeakyRelu(x, { alpha: 0.1 }),
  /** x sigmoid(x). */
  silu: ({ g, mode }: Net, x: Value) =>
    mode === 'train' ? g.op.QuickGelu(x, { alpha: 1 }) : g.op.Mul(x, g.op.Sigmoid(x)),
  sigmoid: ({ g }: Net, x: Value) => g.op.Sigmoid(x),
  tanh: ({ g }: Net, x: Value) => g.op.Tanh(x),
  /** Over the last axis. */
  softmax: ({ g }: Net, x: Value) => g.op.Softmax(x, { axis: -1 }),
} as const satisfies Readonly<Record<string, (net: Net, x: Value) => Value>>;

export type Activation = keyof typeof ACTIVATIONS;

export function activate(net: Net, x: Value, activation: Activation): Value {
  return ACTIVATIONS[activation](net, x);
}
