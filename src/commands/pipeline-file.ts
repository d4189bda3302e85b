import { existsSync } from 'node:fs';
import { type Kinds, loadPipeline } from '#config/pipeline.js';

/** Reads `pipelines/<name>.yaml`, or the file of that name. @throws LookoutError kind `config` */
export function readPipeline<K extends Kinds>(name: string, kinds: K) {
  const file = existsSync(name) || /\.ya?ml$/.test(name) ? name : `pipelines/${name}.yaml`;
  return loadPipeline(file, kinds);
}
