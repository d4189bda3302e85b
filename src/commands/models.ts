import type { Command } from 'commander';
import { registerModelsAdd } from './models-add.js';
import { registerModelsInspect } from './models-inspect.js';
import { registerModelsList } from './models-list.js';

/** `lookout models`: lists, adds and inspects models. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('list, add and inspect models');
  registerModelsList(models);
  registerModelsAdd(models);
  registerModelsInspect(models);
}
