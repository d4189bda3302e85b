import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import type { DetectorSpec } from '#nn/detector.js';
import { initialParameters, initialStates, type Layout, layoutOf } from '#nn/layout.js';
import type { TrainingData } from '../data/prepare-data.js';
import { specOf } from '../detector/architecture.js';
import { DetectorTask, type DetectorTaskOptions } from '../detector/detector-task.js';
import type { TrainingRunOptions } from '../run/run-options.js';
import type { SavedRun } from '../run/state.js';
import { adopt } from '../transfer/adopt.js';
import type { FlatWeights } from '../transfer/flat-weights.js';
import { namedWeights } from '../transfer/named-weights.js';
import { FeatureBatches } from './feature-batches.js';
import { makeFeatures } from './feature-file.js';
import { backboneNetwork, featureLength, featureMaps, headNetwork } from './feature-network.js';

export interface FeatureRunOptions {
  /** The whole network, as it would be trained on pictures. */
  readonly whole: DetectorTaskOptions;
  readonly layout: Layout;
  /** Its values at the start. */
  readonly weights: FlatWeights;
  readonly data: TrainingData;
  readonly folder: string;
  readonly saved: SavedRun | undefined;
  readonly signal?: AbortSignal;
}

/**
 * A run on kept features: the backbone is computed once per picture, neck and heads are trained on what it gives.
 * @throws LookoutError kind `config` unless the whole backbone is frozen
 */
export async function prepareFeatures(
  options: FeatureRunOptions,
): Promise<Pick<TrainingRunOptions, 'task' | 'initial' | 'features'>> {
  const { whole, layout, data, folder, saved, signal } = options;
  const { recipe } = whole;
  checkFrozen(layout, recipe.transfer.freeze);
  const side = recipe.model.size;
  const spec = specOf(recipe);
  const base = saved === undefined ? options.weights : baseOf(saved)!;
  const length = featureLength(featureMaps(spec, side));
  const detector = headNetwork(spec, {
    classes: whole.labels.length,
    anchors: whole.anchors[0]!.length,
    inputSize: side,
  });
  const task = new DetectorTask({ ...whole, detector, features: { length, base } });
  const common = {
    spec,
    side,
    folder: join(folder, 'features'),
    ...backboneWeights(spec, side, layout, base),
    ...(signal && { signal }),
  };
  const train = await makeFeatures({ ...common, dataset: data.train, name: 'train' });
  const validation = await makeFeatures({ ...common, dataset: data.validation, name: 'validation' });
  const made = { batch: recipe.batch, side, seed: recipe.seed };
  const looks = new FeatureBatches({ ...made, batch: task.lookBatch, file: validation });
  return {
    task,
    initial: initialOf(task, base, layout),
    features: { train: new FeatureBatches({ ...made, file: train }), validation: () => looks.inOrder() },
  };
}

/** The whole network that a run on features belongs to; undefined for runs on pictures. */
export function baseOf({ arrays }: Pick<SavedRun, 'arrays'>): FlatWeights | undefined {
  const [parameters, states] = [arrays.get('base'), arrays.get('base-states')];
  return parameters && states && { parameters, states };
}

function checkFrozen(layout: Layout, freeze: readonly string[]): void {
  const free = layout.parameters.find(
    ({ name }) => name.startsWith('backbone/') && !freeze.some((start) => name.startsWith(start)),
  );
  if (free === undefined) return;
  throw new LookoutError(
    'config',
    `--cache-features keeps what the whole backbone gives: freeze all of it (--freeze backbone); ${free.name} is not frozen`,
  );
}

function backboneWeights(spec: DetectorSpec, side: number, layout: Layout, base: FlatWeights) {
  const own = layoutOf(backboneNetwork(spec), { dims: [1, 3, side, side] });
  const empty = { parameters: new Float32Array(own.parameterCount), states: new Float32Array(own.stateCount) };
  return { layout: own, weights: adopt(own, empty, namedWeights(layout, base)) };
}

function initialOf(task: DetectorTask, base: FlatWeights, layout: Layout): ReadonlyMap<string, Float32Array> {
  const own = { parameters: initialParameters(task.layout, 0), states: initialStates(task.layout) };
  const { parameters, states } = adopt(task.layout, own, namedWeights(layout, base));
  return new Map([
    ...task.initialState(),
    ['parameters', parameters],
    ['ema', parameters],
    ['states', states],
    ['ema-states', states],
  ]);
}
