import type { Value } from '#onnx/builder.js';
import type { Activation } from '../layers/activation.js';
import { conv } from '../layers/convolution.js';
import { residual, sequential } from '../layers/structure.js';
import type { Module, Net } from '../net.js';

/** A backbone as data: a stem of stride 2, then stages that each halve the map. */
export interface BackboneSpec {
  readonly activation: Activation;
  /** Channels of the first 3x3 convolution, stride 2. */
  readonly stem: number;
  readonly stages: readonly {
    readonly channels: number;
    /** Residual blocks of 1x1 to half the channels and 3x3 back (Redmon and Farhadi 2018). */
    readonly blocks: number;
  }[];
}

function block(name: string, channels: number, activation: Activation): Module {
  const branch = sequential(
    conv('reduce', channels / 2, { kernel: 1, activation }),
    conv('expand', channels, { kernel: 3, activation }),
  );
  return residual(name, branch);
}

function stage(name: string, { channels, blocks }: BackboneSpec['stages'][number], activation: Activation): Module {
  const body = Array.from({ length: blocks }, (_, index) => block(`block${index}`, channels, activation));
  return (net, x) => net.in(name, () => sequential(conv('down', channels, { stride: 2, activation }), ...body)(net, x));
}

/** Feature maps by stride in px: 2 for the stem, then 4, 8, ... */
export function backbone(net: Net, x: Value, { activation, stem, stages }: BackboneSpec): ReadonlyMap<number, Value> {
  return net.in('backbone', () => {
    const maps = new Map([[2, conv('stem', stem, { stride: 2, activation })(net, x)]]);
    stages.forEach((spec, index) => {
      const stride = 2 ** (index + 2);
      maps.set(stride, stage(`stage${stride}`, spec, activation)(net, maps.get(stride / 2)!));
    });
    return maps;
  });
}
