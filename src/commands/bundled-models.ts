import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of models that came with lookout. */
const BUNDLED = fileURLToPath(new URL('../../models', import.meta.url));

/** Where names of models are looked for: the folder that is asked for, then the one that came with lookout. */
export function modelFolders(models: string): string[] {
  return resolve(models) === resolve(BUNDLED) ? [models] : [models, BUNDLED];
}

/** What `--model` stands for: a path where a name is that of a model that came with lookout, anything else unchanged. */
export function namedModel(model: string, models: string): string {
  if (/[\\/]/.test(model)) return model;
  const home = modelFolders(models).find((folder) => existsSync(join(folder, model, 'card.json')));
  return home === undefined || home === models ? model : join(home, model);
}
