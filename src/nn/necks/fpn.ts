import type { Value } from '#onnx/builder.js';
import type { Activation } from '../layers/activation.js';
import { conv } from '../layers/convolution.js';
import { concat, upsample } from '../layers/structure.js';
import type { Net } from '../net.js';

/** A feature pyramid as data, from the coarsest map down to finer ones. */
export interface FpnSpec {
  /** By stride, coarsest first: channels of that level's output. */
  readonly levels: readonly { readonly stride: number; readonly channels: number }[];
}

/**
 * Top-down pyramid with concatenation (Lin et al. 2017, as YOLOv3 joins it): the coarsest level is reduced by 1x1; each
 * finer one joins its own map with the enlarged coarser level and mixes them by a 3x3 convolution.
 */
export function fpn(
  net: Net,
  maps: ReadonlyMap<number, Value>,
  { levels }: FpnSpec,
  activation: Activation,
): ReadonlyMap<number, Value> {
  return net.in('neck', () => {
    const outputs = new Map<number, Value>();
    let coarser: Value | undefined;
    for (const { stride, channels } of levels) {
      const own = maps.get(stride);
      if (!own) throw new RangeError(`the backbone has no map of stride ${stride}`);
      coarser = net.in(`level${stride}`, () => {
        if (!coarser) return conv('reduce', channels, { kernel: 1, activation })(net, own);
        const narrowed =
          coarser.dims[1] === channels ? coarser : conv('narrow', channels, { kernel: 1, activation })(net, coarser);
        return conv('mix', channels, { activation })(net, concat(net, [upsample()(net, narrowed), own]));
      });
      outputs.set(stride, coarser);
    }
    return outputs;
  });
}
