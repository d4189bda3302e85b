import type { Value } from '#onnx/builder.js';
import { type BackboneSpec, backbone } from './backbones/residual.js';
import { anchorHead } from './heads/anchor-head.js';
import { type FpnSpec, fpn } from './necks/fpn.js';
import { pathAggregation } from './necks/path-aggregation.js';
import type { Net, Network } from './net.js';

/** A detector with anchor-box heads as data. */
export interface DetectorSpec {
  readonly name: string;
  readonly backbone: BackboneSpec;
  /** `back`: a bottom-up path behind the pyramid ({@link pathAggregation}). */
  readonly neck: FpnSpec & { readonly back?: boolean };
  /** Strides with a head, finest first, each a level of the neck. */
  readonly strides: readonly number[];
  /** Channels of a 3x3 convolution in front of each raw map, by stride; none where absent. */
  readonly hidden?: Readonly<Record<number, number>>;
}

/** What a detector is trained for. */
export interface DetectorTask {
  readonly classes: number;
  /** Anchors per cell of each head. */
  readonly anchors: number;
  readonly landmarks?: number;
  /** Longer side of the training input, px: sets the prior of objectness. */
  readonly inputSize: number;
}

/** Name of a head's output. */
export const headName = (stride: number): string => `head${stride}`;

/** Neck and heads of a spec on the maps of its backbone, by stride: one raw map per stride. */
export function neckAndHeads(
  net: Net,
  maps: ReadonlyMap<number, Value>,
  spec: DetectorSpec,
  task: DetectorTask,
): Readonly<Record<string, Value>> {
  const { activation } = spec.backbone;
  const pyramid = fpn(net, maps, spec.neck, activation);
  const coarsest = Math.max(...spec.strides);
  const used = new Map([...pyramid].filter(([stride]) => stride <= coarsest));
  const levels = spec.neck.back ? pathAggregation(net, used, activation) : used;
  const heads = spec.strides.map((stride) => {
    const hidden = spec.hidden?.[stride];
    const head = anchorHead(net, levels.get(stride)!, { ...task, stride, ...(hidden && { hidden }) }, activation);
    return [headName(stride), head] as const;
  });
  return Object.fromEntries(heads);
}

/** The network of a spec: pictures `[N, 3, H, W]`, H and W multiples of the largest stride, to one raw map per stride. */
export function detector(spec: DetectorSpec, task: DetectorTask): Network {
  return (net, input) => neckAndHeads(net, backbone(net, input, spec.backbone), spec, task);
}
