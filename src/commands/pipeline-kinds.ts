import { detectPipeline, type Kinds } from '#config/pipeline.js';

/** Every kind of pipeline file that `lookout config check` knows. A new kind is one line here. */
export const kinds: Kinds = { detect: detectPipeline };
