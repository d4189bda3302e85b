import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { InputSpec } from './layout.js';

/** The network's input in 0..1. */
export function pictures(g: GraphBuilder, { dims, type = 'float32' }: InputSpec): Value {
  const input = g.input('input', dims, type);
  if (type === 'float32') return input;
  return g.op.Mul(g.op.Cast(input, { to: 1 }), g.scalar(1 / 255));
}
