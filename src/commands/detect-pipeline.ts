import type { Layer } from '#config/layer.js';
import { detectPipeline } from '#config/pipeline.js';
import { readPipeline as read } from './pipeline-file.js';

/** What a pipeline file of kind `detect` brings. */
export interface DetectPipeline {
  readonly sources: readonly string[];
  readonly layer: Layer;
}

/** Reads `pipelines/<name>.yaml`, or the file of that name. @throws LookoutError kind `config` */
export function readPipeline(name: string): DetectPipeline {
  const { data, layer } = read(name, { detect: detectPipeline });
  return { sources: data.sources, layer };
}
