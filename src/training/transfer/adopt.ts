import type { Layout } from '#nn/layout.js';
import type { FlatWeights } from './flat-weights.js';
import type { NamedWeight, NamedWeights } from './named-weights.js';

export interface Adopted extends FlatWeights {
  /** Names of parameters that were taken over. */
  readonly taken: readonly string[];
  /** Names of parameters that keep their own start: not there, or of another shape (a new class head). */
  readonly fresh: readonly string[];
}

/** Layers with folded normalisation give their bias to the shift; the scale is made for statistics of mean 0 and variance 1. */
const NORM_EPSILON = 1e-3;

/**
 * Takes weights over by name and shape. A convolution whose normalisation was folded into it (`layer/w` and `layer/b` where
 * the network has `layer/w` and `layer/norm/...`) gets a normalisation that changes nothing but adds the bias, exact as long
 * as its running statistics are used; {@link refitNorms} makes it exact for those of the batch too.
 */
export function adopt(layout: Layout, own: FlatWeights, from: NamedWeights): Adopted {
  const parameters = own.parameters.slice();
  const states = own.states.slice();
  const taken: string[] = [];
  const fresh: string[] = [];
  for (const { name, dims, offset } of layout.parameters) {
    const weight = fitting(from.get(name), dims) ?? unfolded(name, dims, from);
    if (weight === undefined) fresh.push(name);
    else {
      parameters.set(weight, offset);
      taken.push(name);
    }
  }
  for (const { name, dims, offset } of layout.states) {
    const weight = fitting(from.get(name), dims);
    if (weight !== undefined) states.set(weight, offset);
  }
  return { parameters, states, taken, fresh };
}

function fitting(weight: NamedWeight | undefined, dims: readonly number[]): Float32Array | undefined {
  return weight !== undefined && String(weight.dims) === String(dims) ? weight.data : undefined;
}

/** What a folded layer means for `layer/norm/scale` and `layer/norm/shift`. */
function unfolded(name: string, dims: readonly number[], from: NamedWeights): Float32Array | undefined {
  const match = /^(.*)\/norm\/(scale|shift)$/.exec(name);
  const bias = match === null ? undefined : fitting(from.get(`${match[1]}/b`), dims);
  if (bias === undefined || from.has(name)) return undefined;
  return match![2] === 'shift' ? bias : new Float32Array(bias.length).fill(Math.sqrt(1 + NORM_EPSILON));
}

/** Layers whose normalisation was folded in what was adopted. */
export function foldedLayers(layout: Layout, from: NamedWeights): string[] {
  return layout.parameters.flatMap(({ name, dims }) => {
    const layer = name.endsWith('/norm/shift') ? name.slice(0, -'/norm/shift'.length) : undefined;
    return layer !== undefined && !from.has(name) && fitting(from.get(`${layer}/b`), dims) ? [layer] : [];
  });
}
