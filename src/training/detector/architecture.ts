import type { Anchor } from '#core/card.js';
import { compact } from '#nn/backbones/compact.js';
import { small } from '#nn/backbones/small.js';
import { tiny } from '#nn/backbones/tiny.js';
import { type DetectorSpec, detector, headName } from '#nn/detector.js';
import { anchorsByStride, fitAnchors } from '#vision/anchors/fit.js';
import { type AnchorQuality, judgeAnchors } from '#vision/anchors/fitness.js';
import type { Recipe } from '../recipe/recipe.js';
import type { DetectorNetwork } from './detector-network.js';

/** The networks that recipes may name. */
const SPECS: Readonly<Record<Recipe['model']['architecture'], DetectorSpec>> = { tiny, compact, small };

/** Channels of a neck's level that an architecture does not have by itself. */
const ADDED_CHANNELS = 64;

/** The architecture of a recipe, with the heads that it asks for. */
export function specOf({ model }: Recipe): DetectorSpec {
  const spec = SPECS[model.architecture];
  const strides = [...new Set(model.strides)].sort((left, right) => left - right);
  const finest = strides[0]!;
  const levels = spec.neck.levels.filter(({ stride }) => stride >= finest);
  for (let stride = levels.at(-1)!.stride / 2; stride >= finest; stride /= 2)
    levels.push({ stride, channels: ADDED_CHANNELS });
  return { ...spec, neck: { ...spec.neck, levels }, strides };
}

/** Anchors per cell of each head. */
const ANCHORS_PER_HEAD = 3;

/** Anchors of a detector, by head, finest first. */
export interface DetectorAnchors extends AnchorQuality {
  readonly byHead: readonly (readonly Anchor[])[];
}

/**
 * The anchors of a recipe: given ones as they are, else fitted to the objects' sizes.
 * @param sizes of the objects in px of the training input
 * @throws RangeError when given anchors cannot be shared evenly among the heads
 */
export function anchorsOf(recipe: Recipe, sizes: readonly Anchor[]): DetectorAnchors {
  const { model, assignment, seed } = recipe;
  const { strides } = specOf(recipe);
  const given = model.anchors === 'auto' ? undefined : model.anchors;
  if (given !== undefined) {
    const quality = judgeAnchors(sizes, given, assignment.ratio);
    return { byHead: anchorsByStride(given, strides.length), ...quality };
  }
  const count = ANCHORS_PER_HEAD * strides.length;
  const { anchors, kept: _, ...quality } = fitAnchors(sizes, { count, seed, ratioLimit: assignment.ratio });
  return { byHead: anchorsByStride(anchors, strides.length), ...quality };
}

/** The network of a recipe for some classes and anchors. */
export function detectorOf(
  recipe: Recipe,
  classes: number,
  { byHead }: Pick<DetectorAnchors, 'byHead'>,
): DetectorNetwork {
  const spec = specOf(recipe);
  const network = detector(spec, { classes, anchors: byHead[0]!.length, inputSize: recipe.model.size });
  return { network, heads: spec.strides.map((stride) => ({ stride, output: headName(stride) })) };
}
