import { type AugmentationPolicy, NO_AUGMENTATION, STANDARD_AUGMENTATION } from '#dataset/augmentation/policy.js';
import type { Recipe } from '../recipe/recipe.js';

/** What the loader makes for a part of the run. */
export interface Phase {
  /** Sides of the square input; one is drawn for every batch. */
  readonly sizes: readonly number[];
  readonly policy: AugmentationPolicy;
}

/** The policy of a recipe: its preset with what differs. */
export function policyOf({ augmentation }: Pick<Recipe, 'augmentation'>): AugmentationPolicy {
  const { preset, ...own } = augmentation;
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...(preset === 'none' ? NO_AUGMENTATION : STANDARD_AUGMENTATION), ...Object.fromEntries(given) };
}

/**
 * The phase that an epoch belongs to. Decided at its beginning from the progress there, so that a resumed epoch is
 * made as it was begun.
 * @param expected epochs that the run is expected to have in all
 */
export function phaseOf(
  recipe: Recipe,
  { epoch, expected, progress }: { epoch: number; expected: number; progress: number },
): Phase {
  const policy = policyOf(recipe);
  const isClosing = epoch >= expected - policy.mosaic.closeEpochs && epoch > 0;
  const closed = {
    ...policy,
    mosaic: { ...policy.mosaic, probability: 0 },
    mixup: { ...policy.mixup, probability: 0 },
  };
  const early = recipe.progressive.find(({ until }) => progress < until);
  const scales = early !== undefined ? [early.scale] : recipe.multiScale.length > 0 ? recipe.multiScale : [1];
  const sizes = scales.map((scale) => Math.max(32, 32 * Math.round((recipe.model.size * scale) / 32)));
  // Epochs are counted here, not in the loader: a run that is limited in time does not know its last one beforehand.
  return {
    sizes,
    policy: { ...(isClosing ? closed : policy), mosaic: { ...(isClosing ? closed : policy).mosaic, closeEpochs: 0 } },
  };
}

/** Equal for phases that one loader can serve. */
export function phaseKey(phase: Phase): string {
  return JSON.stringify(phase);
}
