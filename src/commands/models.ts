import type { Command } from 'commander';
import { examples } from './examples.js';
import { registerModelsAdd } from './models-add.js';
import { registerModelsInspect } from './models-inspect.js';
import { registerModelsList } from './models-list.js';

/** `lookout models`: lists, adds and inspects models. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('list, add and inspect models');
  registerModelsList(models);
  registerModelsAdd(models);
  registerModelsInspect(models);
  examples(models, [
    ['lookout models add yolov8n.onnx --name yolov8n', 'bring a model of your own'],
    ['lookout models inspect yolov8n', 'its layers, its card, and what really runs it'],
  ]);
}
