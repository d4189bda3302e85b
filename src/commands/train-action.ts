import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { writePreview } from '#training/preview.js';
import { loadRecipe, type RecipeOverrides, withOverrides } from '#training/recipe/load-recipe.js';
import { trainDetector } from '#training/train-detector.js';
import { classTable } from './class-table.js';
import { INTERRUPTED } from './interrupt.js';
import type { TrainView } from './train-view.js';

/** What the command line says, read. */
export interface TrainRequest extends RecipeOverrides {
  readonly out?: string;
  readonly run?: string;
  readonly resume?: true;
  /** Where a page goes that shows a batch, in place of training. */
  readonly preview?: string;
  readonly boxes: string;
  readonly input: string;
  readonly signal: AbortSignal;
  readonly view: TrainView;
}

/** Trains, shows how it goes, and says where the model is. */
export async function runTraining(file: string, request: TrainRequest): Promise<void> {
  const { view, signal } = request;
  const recipe = withOverrides(loadRecipe(file), request);
  if (request.preview !== undefined) {
    view.print(`written: ${request.preview}, ${await writePreview(recipe, request.preview)} pictures`);
    return;
  }
  const modelFolder = request.out ?? join('models', recipe.name);
  const runFolder = request.run ?? join('runs', recipe.name);
  const stopping = 'stopping after this step, with a checkpoint; Ctrl-C again stops at once';
  signal.addEventListener('abort', () => view.print(stopping), { once: true });
  const result = await trainDetector({
    recipe,
    runFolder,
    modelFolder,
    resume: request.resume === true,
    form: {
      boxes: oneOf('--boxes', request.boxes, ['raw', 'rows']),
      input: oneOf('--input', request.input, ['float32', 'uint8']),
    },
    signal,
    tell: (event) => view.show(event),
    note: (line) => view.print(line),
  });
  if (result.run.reason === 'interrupted') {
    process.exitCode = INTERRUPTED;
    return;
  }
  if (result.evaluation !== undefined) view.print(classTable(result.evaluation));
  view.print(`written: ${modelFolder} (model.onnx, card.json), ${runFolder} (report.html, results.csv, history.csv)`);
  view.print(`to see what it finds: lookout detect PICTURES --model ${modelFolder} --annotate`);
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new LookoutError('config', `${flag}: expected ${allowed.join(' or ')}, got ${value}`);
}
