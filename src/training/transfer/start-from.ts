import { LookoutError } from '#core/errors.js';
import type { Dataset } from '#dataset/dataset.js';
import { Loader } from '#dataset/loader.js';
import { initialParameters, initialStates } from '#nn/layout.js';
import type { DetectorNetwork } from '../detector/detector-network.js';
import type { DetectorTask } from '../detector/detector-task.js';
import type { Recipe } from '../recipe/recipe.js';
import { loadRun } from '../run/state.js';
import { trainedOf } from '../trained.js';
import { adopt, foldedLayers } from './adopt.js';
import type { FlatWeights } from './flat-weights.js';
import { isCheckpoint, type NamedWeights, namedWeights, readOnnxWeights } from './named-weights.js';
import { refitNorms } from './refit-norms.js';

export interface StartOptions {
  readonly recipe: Recipe;
  readonly task: DetectorTask;
  readonly detector: DetectorNetwork;
  readonly train: Dataset;
}

export interface Start {
  /** Initial values of the run's states; absent: the task's own. */
  readonly initial?: ReadonlyMap<string, Float32Array>;
  /** What was taken over, for the terminal. */
  readonly notes: readonly string[];
}

/**
 * Where a new run starts: from its own seed, or from the weights of `transfer.from`.
 * @throws LookoutError kind `model` when nothing fits, `config` when `transfer.freeze` names no layer
 */
export async function startFrom({ recipe, task, detector, train }: StartOptions): Promise<Start> {
  const { from, freeze } = recipe.transfer;
  checkFrozen(task, freeze);
  if (from === null) return { notes: frozenNotes(task, freeze, true) };
  const named = await readWeights(from);
  const { layout } = task;
  const own = { parameters: initialParameters(layout, recipe.seed), states: initialStates(layout) };
  const adopted = adopt(layout, own, named);
  if (adopted.taken.length === 0) {
    const some = [...named.keys()].slice(0, 4).join(', ');
    throw new LookoutError(
      'model',
      `--from ${from}: no weight fits by name and shape; the file has ${some}, ..., the network ${layout.parameters[0]!.name}, ...`,
    );
  }
  const layers = foldedLayers(layout, named);
  const weights =
    layers.length === 0 ? adopted : await refit({ recipe, detector, task, layers, weights: adopted, train });
  const initial = new Map(task.initialState());
  const values = {
    parameters: weights.parameters,
    ema: weights.parameters,
    states: weights.states,
    'ema-states': weights.states,
  };
  for (const [name, value] of Object.entries(values)) if (initial.has(name)) initial.set(name, value);
  const fresh = adopted.fresh.length === 0 ? '' : `; new: ${adopted.fresh.join(', ')}`;
  const note = `${adopted.taken.length} of ${layout.parameters.length} weights from ${from}${fresh}`;
  return { initial, notes: [note, ...frozenNotes(task, freeze)] };
}

async function readWeights(path: string): Promise<NamedWeights> {
  if (!(await isCheckpoint(path))) return readOnnxWeights(path);
  const { layout, weights } = trainedOf(await loadRun(path));
  return namedWeights(layout, weights);
}

function checkFrozen({ layout }: DetectorTask, freeze: readonly string[]): void {
  for (const start of freeze) {
    if (layout.parameters.some(({ name }) => name.startsWith(start))) continue;
    const layers = new Set(layout.parameters.map(({ name }) => name.split('/').slice(0, 2).join('/')));
    throw new LookoutError('config', `--freeze ${start}: no layer begins so; there are ${[...layers].join(', ')}`);
  }
}

function frozenNotes({ layout }: DetectorTask, freeze: readonly string[], isNew = false): string[] {
  const frozen = layout.parameters.filter(({ name }) => freeze.some((start) => name.startsWith(start)));
  const count = frozen.reduce((sum, { size }) => sum + size, 0);
  if (frozen.length === 0) return [];
  const start = isNew ? ': at random values, for there is no --from' : '';
  return [`frozen: ${freeze.join(', ')} (${(count / 1e6).toFixed(2)} M parameters)${start}`];
}

interface RefitOptions extends StartOptions {
  readonly layers: readonly string[];
  readonly weights: FlatWeights;
}

/** One batch of plain pictures says enough of the statistics of each layer. */
async function refit({ recipe, detector, task, layers, weights, train }: RefitOptions): Promise<FlatWeights> {
  const side = recipe.model.size;
  const batch = Math.min(recipe.batch, train.samples.length);
  const loader = new Loader({
    dataset: train,
    batch,
    sizes: [{ width: side, height: side }],
    seed: recipe.seed,
    epochs: 1,
    workers: 1,
  });
  try {
    const { value } = await loader.next();
    const dims = [batch, 3, side, side] as const;
    return await refitNorms({ detector, layout: task.layout, weights, layers, pictures: value!.pictures, dims });
  } finally {
    await loader.close();
  }
}
