import { backbone } from '#nn/backbones/residual.js';
import { type DetectorSpec, type DetectorTask, headName, neckAndHeads } from '#nn/detector.js';
import type { Network } from '#nn/net.js';
import type { DetectorNetwork } from '../detector/detector-network.js';

// N pictures, F numbers of a picture's features: the maps that the neck reads, one behind the other.

/** One map of the backbone inside the features of a picture. */
export interface FeatureMap {
  readonly stride: number;
  readonly dims: readonly [channels: number, height: number, width: number];
  readonly length: number;
}

/** The maps of the backbone that the neck reads, coarsest first. */
export function featureMaps({ backbone: { stem, stages }, neck }: DetectorSpec, side: number): FeatureMap[] {
  const channels = [stem, ...stages.map((stage) => stage.channels)];
  return neck.levels.map(({ stride }) => {
    const dims = [channels[Math.log2(stride) - 1]!, side / stride, side / stride] as const;
    return { stride, dims, length: dims[0] * dims[1] * dims[2] };
  });
}

/** F: numbers per picture. */
export function featureLength(maps: readonly FeatureMap[]): number {
  return maps.reduce((sum, { length }) => sum + length, 0);
}

/** The backbone alone: pictures to `features` `[N, F]`. */
export function backboneNetwork(spec: DetectorSpec): Network {
  return (net, input) => {
    const maps = backbone(net, input, spec.backbone);
    const rows = spec.neck.levels.map(({ stride }) => net.g.reshape(maps.get(stride)!, [input.dims[0]!, -1]));
    const [first, ...rest] = rows;
    return { features: rest.length === 0 ? first! : net.g.op.Concat(first!, ...rest, { axis: 1 }) };
  };
}

/** Neck and heads alone, on `[N, F]`; their parameters have the names that they have in the whole network. */
export function headNetwork(spec: DetectorSpec, task: DetectorTask): DetectorNetwork {
  const network: Network = (net, input) => {
    const maps = featureMaps(spec, task.inputSize);
    const lengths = maps.map(({ length }) => length);
    const parts = maps.length === 1 ? [input] : net.g.split(input, lengths, 1);
    const byStride = maps.map(
      ({ stride, dims }, n) => [stride, net.g.reshape(parts[n]!, [input.dims[0]!, ...dims])] as const,
    );
    return neckAndHeads(net, new Map(byStride), spec, task);
  };
  return { network, heads: spec.strides.map((stride) => ({ stride, output: headName(stride) })) };
}
