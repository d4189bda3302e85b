import type { Value } from '#onnx/builder.js';
import type { Activation } from '../layers/activation.js';
import { conv } from '../layers/convolution.js';
import { pyramidPooling } from '../layers/pyramid-pooling.js';
import { residualBlock } from '../layers/residual-block.js';
import { sequential } from '../layers/structure.js';
import type { Module, Net } from '../net.js';

/** A backbone as data: a stem of stride 2, then stages that each halve the map. */
export interface BackboneSpec {
  readonly activation: Activation;
  /** Channels of the first 3x3 convolution, stride 2. */
  readonly stem: number;
  readonly stages: readonly {
    readonly channels: number;
    /** How many times {@link residualBlock}. */
    readonly blocks: number;
  }[];
  /** Maxima of 5x5 cells in a chain on the last map ({@link pyramidPooling}); none by default. */
  readonly pools?: number;
}

function stage(name: string, { channels, blocks }: BackboneSpec['stages'][number], activation: Activation): Module {
  const body = Array.from({ length: blocks }, (_, index) => residualBlock(`block${index}`, channels, { activation }));
  return (net, x) => net.in(name, () => sequential(conv('down', channels, { stride: 2, activation }), ...body)(net, x));
}

/** Feature maps by stride in px: 2 for the stem, then 4, 8, ... */
export function backbone(
  net: Net,
  x: Value,
  { activation, stem, stages, pools }: BackboneSpec,
): ReadonlyMap<number, Value> {
  return net.in('backbone', () => {
    const maps = new Map([[2, conv('stem', stem, { stride: 2, activation })(net, x)]]);
    stages.forEach((spec, index) => {
      const stride = 2 ** (index + 2);
      maps.set(stride, stage(`stage${stride}`, spec, activation)(net, maps.get(stride / 2)!));
    });
    if (pools !== undefined) {
      const coarsest = 2 ** (stages.length + 1);
      maps.set(coarsest, pyramidPooling('context', { pools, activation })(net, maps.get(coarsest)!));
    }
    return maps;
  });
}
