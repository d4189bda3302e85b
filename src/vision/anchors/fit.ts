import type { Anchor } from '#core/card.js';
import { Random } from '#core/random.js';
import { clusterSizes } from './cluster.js';
import { type AnchorQuality, judgeAnchors, RATIO_LIMIT } from './fitness.js';

export interface AnchorOptions {
  /** K: anchors of all strides together. */
  readonly count: number;
  readonly seed: number;
  readonly ratioLimit?: number;
  /** Rounds of mutation after k-means. */
  readonly mutations?: number;
  /** Anchors that are in use; they stay unless the new ones are fitter. */
  readonly current?: readonly Anchor[];
}

export interface AnchorFit extends AnchorQuality {
  /** Smallest area first. */
  readonly anchors: readonly Anchor[];
  /** True where the current set was at least as fit and stays. */
  readonly kept: boolean;
}

/** Objects beyond this number are thinned out for the search: a seeded sample says as much about sizes. */
const SAMPLE = 20_000;
const LEAST_SIDE = 2;

/**
 * Anchors for objects of the given sizes in input px: k-means on 1 - IoU, then seeded mutation that keeps what is fitter.
 * The search leaves out objects with a side below 2 px; they are judged all the same, as those that may be missed. Sizes that are
 * not finite count nowhere. With few or equal objects the missing anchors are spread around the ones found; with none at all the current set stays, or a spread from 8 px upwards is given.
 * @throws RangeError when `count` is no integer above 0 or differs from the current set's
 */
export function fitAnchors(sizes: readonly Anchor[], options: AnchorOptions): AnchorFit {
  const { count, seed, ratioLimit = RATIO_LIMIT, mutations = 1000, current } = options;
  if (!(Number.isInteger(count) && count > 0))
    throw new RangeError(`fitAnchors: expected a count above 0, got ${count}`);
  if (current !== undefined && current.length !== count) {
    throw new RangeError(`fitAnchors: expected ${count} current anchors, got ${current.length}`);
  }
  const random = new Random(seed, count);
  const objects = sizes.filter(([width, height]) => width + height < Infinity);
  const usable = objects.filter(([width, height]) => Math.min(width, height) >= LEAST_SIDE);
  const sample = usable.length > SAMPLE ? random.shuffle([...usable]).slice(0, SAMPLE) : usable;
  if (sample.length === 0 && current !== undefined)
    return { ...judgeAnchors(objects, current, ratioLimit), anchors: current, kept: true };
  const spread = spreadOut(clusterSizes(sample, count, random), count);
  const found = mutate(sample, spread, { random, ratioLimit, mutations }).sort(byArea);
  const quality = judgeAnchors(objects, found, ratioLimit);
  const old = current && judgeAnchors(objects, current, ratioLimit);
  if (old !== undefined && old.fitness >= quality.fitness) return { ...old, anchors: current!, kept: true };
  return { ...quality, anchors: found, kept: false };
}

/** Anchors in order of area, the same number to each stride: the smallest to the finest. */
export function anchorsByStride(anchors: readonly Anchor[], strides: number): Anchor[][] {
  if (anchors.length % strides !== 0) {
    throw new RangeError(`anchorsByStride: expected a multiple of ${strides} anchors, got ${anchors.length}`);
  }
  const sorted = [...anchors].sort(byArea);
  const each = anchors.length / strides;
  return Array.from({ length: strides }, (_, level) => sorted.slice(level * each, (level + 1) * each));
}

function byArea([w1, h1]: Anchor, [w2, h2]: Anchor): number {
  return w1 * h1 - w2 * h2 || w1 - w2;
}

/** Adds anchors until there are `count`: those found at growing and shrinking scales, by steps of the square root of 2. */
function spreadOut(found: readonly Anchor[], count: number): Anchor[] {
  const base: readonly Anchor[] = found.length > 0 ? found : [[8, 8]];
  const anchors = found.length > 0 ? [...found] : [base[0]!];
  for (let n = 0; anchors.length < count; n++) {
    const [width, height] = base[n % base.length]!;
    const round = Math.floor(n / base.length);
    const upwards = found.length === 0 || round % 2 === 0;
    const steps = found.length === 0 ? round + 1 : Math.floor(round / 2) + 1;
    const scale = Math.SQRT2 ** (upwards ? steps : -steps);
    anchors.push([Math.max(LEAST_SIDE, width * scale), Math.max(LEAST_SIDE, height * scale)]);
  }
  return anchors;
}

interface Mutation {
  readonly random: Random;
  readonly ratioLimit: number;
  readonly mutations: number;
}

interface FlatSizes {
  readonly widths: Float64Array;
  readonly heights: Float64Array;
}

/** Multiplies sides by random factors in 0.3..3 and keeps each set that is fitter (YOLOv5 `kmean_anchors`: p 0.9, sigma 0.1). */
function mutate(sizes: readonly Anchor[], anchors: readonly Anchor[], mutation: Mutation): Anchor[] {
  const { random, ratioLimit, mutations } = mutation;
  const limit = 1 / ratioLimit;
  const flat = {
    widths: Float64Array.from(sizes, ([width]) => width),
    heights: Float64Array.from(sizes, ([, height]) => height),
  };
  let best = [...anchors];
  let bestFitness = fitnessOf(flat, best, limit);
  if (sizes.length === 0) return best;
  const factor = (): number => {
    if (!random.chance(0.9)) return 1;
    return Math.min(3, Math.max(0.3, 1 + random.float() * random.normal() * 0.1));
  };
  for (let round = 0; round < mutations; round++) {
    const tried = best.map(
      ([width, height]): Anchor => [Math.max(LEAST_SIDE, width * factor()), Math.max(LEAST_SIDE, height * factor())],
    );
    const fitness = fitnessOf(flat, tried, limit);
    if (fitness <= bestFitness) continue;
    best = tried;
    bestFitness = fitness;
  }
  return best;
}

/** The fitness of {@link judgeAnchors}, on flat numbers: it is asked for a thousand times. */
function fitnessOf({ widths, heights }: FlatSizes, anchors: readonly Anchor[], limit: number): number {
  const flat = Float64Array.from(anchors.flat());
  let sum = 0;
  for (let n = 0; n < widths.length; n++) {
    const [width, height] = [widths[n]!, heights[n]!];
    let best = 0;
    for (let k = 0; k < flat.length; k += 2) {
      const across = width / flat[k]!;
      const down = height / flat[k + 1]!;
      const ratio = Math.min(across > 1 ? 1 / across : across, down > 1 ? 1 / down : down);
      if (ratio > best) best = ratio;
    }
    if (best > limit) sum += best;
  }
  return sum / Math.max(1, widths.length);
}
