import { existsSync } from 'node:fs';
import type { Layer } from '#config/layer.js';
import { detectPipeline, loadPipeline } from '#config/pipeline.js';

/** What a pipeline file of kind `detect` brings. */
export interface DetectPipeline {
  readonly sources: readonly string[];
  readonly layer: Layer;
}

/** Reads `pipelines/<name>.yaml`, or the file of that name. @throws LookoutError kind `config` */
export function readPipeline(name: string): DetectPipeline {
  const file = existsSync(name) || /\.ya?ml$/.test(name) ? name : `pipelines/${name}.yaml`;
  const { data, layer } = loadPipeline(file, { detect: detectPipeline });
  return { sources: data.sources, layer };
}
