import { LookoutError } from '#core/errors.js';
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

/**
 * Outcomes are compared with each other only where all are of one plan.
 * @throws LookoutError kind `config` where a known outcome is of another plan
 */
export function checkSamePlan(plan: TunePlan, outcomes: readonly TrialOutcome[], folder: string): void {
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
