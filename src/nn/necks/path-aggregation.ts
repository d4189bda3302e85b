import type { Value } from '#onnx/builder.js';
import { zeros } from '../initialisers.js';
import type { Activation } from '../layers/activation.js';
import { conv } from '../layers/convolution.js';
import { residualBlock } from '../layers/residual-block.js';
import type { Net } from '../net.js';

/**
 * Bottom-up path behind a feature pyramid (Liu et al. 2018): to each coarser level is added what the next finer one holds,
 * brought to its size by a 3x3 convolution of stride 2, and a residual block looks at the sum. Edges, which fine maps know,
 * so reach the heads of large objects. All of it starts as nothing: the levels are at first what they were.
 * @param levels maps by stride, each twice the stride of the next finer one
 */
export function pathAggregation(
  net: Net,
  levels: ReadonlyMap<number, Value>,
  activation: Activation,
): ReadonlyMap<number, Value> {
  const fromFinest = [...levels].sort(([left], [right]) => left - right);
  return net.in('path', () => {
    const outputs = new Map<number, Value>();
    let finer: Value | undefined;
    for (const [stride, level] of fromFinest) {
      finer = finer === undefined ? level : joined(net, { stride, level, finer }, activation);
      outputs.set(stride, finer);
    }
    return outputs;
  });
}

interface Joint {
  readonly stride: number;
  readonly level: Value;
  readonly finer: Value;
}

function joined(net: Net, { stride, level, finer }: Joint, activation: Activation): Value {
  const channels = level.dims[1]!;
  return net.in(`level${stride}`, () => {
    const brought = conv('down', channels, { stride: 2, activation, scale: zeros })(net, finer);
    return residualBlock('block', channels, { activation, scale: zeros })(net, net.g.op.Add(level, brought));
  });
}
