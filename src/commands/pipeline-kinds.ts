<<<<<<< HEAD
import { detectPipeline, type Kinds } from '#config/pipeline.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { tuneSchema } from '#training/tune/space.js';

/** Every kind of pipeline file that `lookout config check` knows. A new kind is one line here. */
export const kinds: Kinds = {
  detect: detectPipeline,
  train: recipeSchema,
  tune: tuneSchema,
};
=======
import { detectPipeline, type Kinds, watchPipeline } from '#config/pipeline.js';

/** Every kind of pipeline file that `lookout config check` knows. A new kind is one line here. */
export const kinds: Kinds = { detect: detectPipeline, watch: watchPipeline };
>>>>>>> aa10fe5 (lookout watch: cameras over RTSP, files and webcams to the page, newest frame wins across cameras)
