import { z } from 'zod';
import { augmentation } from './augmentation.js';
import { data } from './data.js';
import { ema, optimiser, schedule } from './descent.js';
import { assignment, loss, model } from './model.js';
import { runShape } from './run.js';

/** What `pipelines/train-*.yaml` may hold: everything that decides what a training run does. */
export const recipeSchema = z
  .strictObject({
    kind: z.literal('train'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'a name of small letters, digits and dashes')
      .default('detector'),
    description: z.string().optional(),
    data,
    model,
    augmentation,
    assignment,
    loss,
    optimiser,
    schedule,
    ema,
    ...runShape,
  })
  .superRefine((recipe, context) => {
    const report = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
    recipe.progressive.forEach(({ until }, n) => {
      const before = recipe.progressive[n - 1]?.until ?? 0;
      if (until <= before) report(['progressive', n, 'until'], `expected more than ${before}, where this part begins`);
    });
    if (recipe.transfer.cacheFeatures && recipe.transfer.freeze.length === 0) {
      report(['transfer', 'cacheFeatures'], 'expected frozen layers (transfer.freeze), whose activations can be kept');
    }
  });

/** A recipe with every default filled in. */
export type Recipe = z.output<typeof recipeSchema>;
