import { LookoutError } from '#core/errors.js';
import { valueDigest } from '#records/digest.js';
import { type Recipe, recipeSchema } from '../recipe/recipe.js';
import { drawTrial, type TunePlan, withTrial } from './space.js';
import type { TrialOutcome } from './tune.js';

/**
 * A search that is doomed says so before its first run: it would train for hours, and fail at its second trial.
 * @throws LookoutError kind `config` for a key that the recipe does not have, or one of which it takes no value drawn
 */
export function checkSpace(plan: TunePlan, recipe: Recipe): void {
  const trials = Array.from({ length: plan.trials - 1 }, (_, n) => drawTrial(plan, n + 1));
  for (const path of Object.keys(plan.space)) {
    withTrial(recipe, { [path]: 0 });
    let fault: string | undefined;
    const isTaken = trials.some(({ [path]: value }) => {
      const { error } = recipeSchema.safeParse(withTrial(recipe, { [path]: value! }));
      if (error !== undefined) fault ??= `got ${value}: ${error.issues[0]!.message}`;
      return error === undefined;
    });
    if (!isTaken && fault !== undefined) {
      throw new LookoutError(
        'config',
        `space: ${path}: the recipe takes none of the values drawn; the first, ${fault}; give a list of values, or another range`,
      );
    }
  }
}

/** Tells recipes apart that train differently; a search has names and lengths of its own. */
export function recipeDigest({ name: _, description: __, epochs: ___, ...trained }: Recipe): string {
  return valueDigest(trained);
}

/**
 * Outcomes are compared with each other only where all are of one plan and one recipe.
 * @throws LookoutError kind `config` where a known outcome is of another plan, or of another recipe
 */
export function checkSamePlan(
  { plan, recipe, folder }: { readonly plan: TunePlan; readonly recipe: Recipe; readonly folder: string },
  outcomes: readonly TrialOutcome[],
): void {
  const digest = recipeDigest(recipe);
  const changed = outcomes.find((one) => one.recipe !== digest);
  if (changed !== undefined) {
    throw new LookoutError(
      'config',
      `--resume: ${folder} holds a search around another recipe (trial ${changed.trial} was trained by it); ` +
        'undo the changes of the recipe or of --data, or start anew with another --out',
    );
  }
  const other = outcomes.find(({ trial, round, epochs, values }) => {
    const drawn = JSON.stringify(drawTrial(plan, trial));
    return JSON.stringify(values) !== drawn || epochs !== plan.firstEpochs * plan.keep ** round;
  });
  if (other === undefined) return;
  throw new LookoutError(
    'config',
    `--resume: ${folder} holds the search of another plan (trial ${other.trial} had other values or epochs); ` +
      'undo changes of space, seed, keep and firstEpochs, or start anew with another --out',
  );
}
