import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { channelBlock } from '#runtime/channel-block.js';
import { objectSizes } from './data/object-sizes.js';
import type { TrainingData } from './data/prepare-data.js';
import { anchorsOf, type DetectorAnchors, detectorOf } from './detector/architecture.js';
import { DetectorTask } from './detector/detector-task.js';
import { prepareFeatures } from './features/prepare-features.js';
import type { Recipe } from './recipe/recipe.js';
import type { TrainingEvent } from './run/events.js';
import { LAST, type TrainingRunOptions } from './run/run-options.js';
import { membersOf } from './run/shares.js';
import { checkResumable, loadRun, type SavedRun } from './run/state.js';
import { TrainingRun } from './run/training-run.js';
import { startFrom } from './transfer/start-from.js';

export interface PrepareOptions {
  readonly recipe: Recipe;
  readonly data: TrainingData;
  /** Checkpoints go here. */
  readonly folder: string;
  readonly resume: boolean;
  readonly signal?: AbortSignal;
  readonly tell: (event: TrainingEvent) => void;
  readonly looked?: TrainingRunOptions['looked'];
}

/**
 * Makes a run ready: anchors, network, start or checkpoint. Tells `started`.
 * @throws LookoutError kind `config` where the folder holds a run already that is not to be resumed, or another one
 */
export async function prepareRun(options: PrepareOptions): Promise<TrainingRun> {
  const { recipe, data, folder, resume, signal, tell, looked } = options;
  if (!resume) refuseToOverwrite(folder);
  const saved = resume ? await savedRun(folder, recipe, data) : undefined;
  const sizes = objectSizes(data.train, recipe.model.size);
  const anchors = anchorsOf(saved === undefined ? recipe : withAnchors(recipe, saved), sizes);
  const detector = detectorOf(recipe, data.labels.length, anchors);
  const whole = {
    recipe,
    labels: data.labels,
    anchors: anchors.byHead,
    detector,
    objectsPerPicture: sizes.length / data.train.samples.length,
    members: membersOf(recipe, recipe.threads === 'auto' ? availableParallelism() : recipe.threads),
    channelBlock: recipe.device === 'cpu' ? await channelBlock() : 0,
  };
  const task = new DetectorTask(whole);
  const start = saved === undefined ? await startFrom({ recipe, task, detector, train: data.train }) : { notes: [] };
  const anew = resume && saved === undefined ? [`nothing to resume in ${folder} yet: the run begins`] : [];
  tell(startedEvent({ recipe, data, anchors, task, saved, notes: [...anew, ...start.notes] }));
  const initial = start.initial ?? task.initialState();
  const weights = { parameters: initial.get('parameters')!, states: initial.get('states')! };
  const common = {
    recipe,
    data,
    anchors: anchors.byHead,
    folder,
    tell,
    ...(saved && { saved }),
    ...(signal && { signal }),
    ...(looked && { looked }),
  };
  if (!recipe.transfer.cacheFeatures) return new TrainingRun({ ...common, task, initial });
  const { layout } = task;
  const prepared = await prepareFeatures({ ...common, whole, layout, weights, saved });
  return new TrainingRun({ ...common, ...prepared });
}

async function savedRun(folder: string, recipe: Recipe, data: TrainingData): Promise<SavedRun | undefined> {
  const path = join(folder, LAST);
  // A run that was killed before its first checkpoint is resumed by beginning it.
  if (!existsSync(path)) return undefined;
  const saved = await loadRun(path);
  checkResumable(saved, recipe, data.sha256);
  return saved;
}

function refuseToOverwrite(folder: string): void {
  if (!existsSync(join(folder, LAST))) return;
  throw new LookoutError(
    'config',
    `${folder} holds a run already: go on with it by --resume, or choose another folder with --run`,
  );
}

function withAnchors(recipe: Recipe, { anchors }: SavedRun): Recipe {
  return { ...recipe, model: { ...recipe.model, anchors: anchors.flat().map(([width, height]) => [width, height]) } };
}

interface Begun {
  readonly recipe: Recipe;
  readonly data: TrainingData;
  readonly anchors: DetectorAnchors;
  readonly task: DetectorTask;
  readonly saved: SavedRun | undefined;
  readonly notes: readonly string[];
}

function startedEvent({ recipe, data, anchors, task, saved, notes }: Begun): TrainingEvent {
  const noun = data.faults === 1 ? 'fault' : 'faults';
  const faults = data.faults > 0 ? [`${data.faults} ${noun} in the data: lookout dataset check lists them`] : [];
  return {
    kind: 'started',
    name: recipe.name,
    architecture: recipe.model.architecture,
    parameters: task.parameters,
    labels: data.labels,
    trainPictures: data.train.samples.length,
    validationPictures: data.validation.samples.length,
    anchors: anchors.byHead,
    bestPossibleRecall: anchors.bestPossibleRecall,
    device: recipe.device,
    resumedSteps: saved?.position.steps ?? 0,
    notes: [...faults, ...notes],
  };
}
