import { detectPipeline, type Kinds, watchPipeline } from '#config/pipeline.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { tuneSchema } from '#training/tune/space.js';

/** Every kind of pipeline file that `lookout config check` knows. A new kind is one line here. */
export const kinds: Kinds = {
  watch: watchPipeline,
  detect: detectPipeline,
  train: recipeSchema,
  tune: tuneSchema,
};
