import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { writeAtomically } from '#records/files.js';
import { openEngine } from '#runtime/engine.js';
import { objectSizes } from './data/object-sizes.js';
import { prepareData, type TrainingData } from './data/prepare-data.js';
import { anchorsOf, type DetectorAnchors, detectorOf } from './detector/architecture.js';
import { DetectorTask } from './detector/detector-task.js';
import { type EvaluateResult, evaluateModels, writeEvaluation } from './evaluation/evaluate-run.js';
import { cardMetrics, type Evaluation } from './evaluation/evaluation.js';
import { checkParity } from './export/check-parity.js';
import { DEFAULT_FORM, type ExportForm, exportDetector, writeCard, writeModel } from './export/export-detector.js';
import type { Recipe } from './recipe/recipe.js';
import { historyCsv, trainingSections } from './report/training-page.js';
import type { TrainingEvent } from './run/events.js';
import { checkResumable, loadRun, type SavedRun } from './run/state.js';
import { BEST, LAST, type RunResult, TrainingRun } from './run/training-run.js';
import { trainedOf } from './trained.js';
import { startFrom } from './transfer/start-from.js';

export interface TrainOptions {
  readonly recipe: Recipe;
  /** Checkpoints and the report go here. */
  readonly runFolder: string;
  /** `model.onnx` and `card.json` go here. */
  readonly modelFolder: string;
  readonly resume: boolean;
  readonly form?: ExportForm;
  readonly signal?: AbortSignal;
  readonly tell: (event: TrainingEvent) => void;
  /** Told of what happens after the last step, one line each. */
  readonly note?: (line: string) => void;
}

export interface TrainResult {
  readonly run: RunResult;
  /** Absent for a run that was interrupted before its end. */
  readonly card?: Card;
  readonly evaluation?: Evaluation;
}

/**
 * The whole way from labelled pictures to a model: data, anchors, training, export, evaluation, report.
 * @throws LookoutError kind `config`, `dataset`, `model` or `output`
 */
export async function trainDetector(options: TrainOptions): Promise<TrainResult> {
  const { recipe, runFolder, resume, signal, tell } = options;
  const data = await prepareData(recipe);
  const saved = resume ? await savedRun(runFolder, recipe, data) : undefined;
  if (!resume) refuseToOverwrite(runFolder);
  const sizes = objectSizes(data.train, recipe.model.size);
  const anchors = saved === undefined ? anchorsOf(recipe, sizes) : anchorsOf(withAnchors(recipe, saved), sizes);
  const detector = detectorOf(recipe, data.labels.length, anchors);
  const task = new DetectorTask({
    recipe,
    labels: data.labels,
    anchors: anchors.byHead,
    detector,
    objectsPerPicture: sizes.length / data.train.samples.length,
  });
  const { initial, notes } =
    saved === undefined ? await startFrom({ recipe, task, detector, train: data.train }) : { notes: [] };
  tell(startedEvent({ recipe, data, anchors, task, saved, notes }));
  const run = await new TrainingRun({
    recipe,
    data,
    anchors: anchors.byHead,
    task,
    folder: runFolder,
    tell,
    ...(saved && { saved }),
    ...(initial && { initial }),
    ...(signal && { signal }),
  }).run();
  if (run.reason === 'interrupted') return { run };
  return { run, ...(await finish(options, data)) };
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
    notes: [
      ...(data.faults > 0 ? [`${data.faults} faults in the data: lookout dataset check lists them`] : []),
      ...notes,
    ],
  };
}

/** Export of the best parameters, evaluation by the runtime that will serve them, report. */
async function finish({ recipe, runFolder, modelFolder, form = DEFAULT_FORM, note }: TrainOptions, data: TrainingData) {
  const best = await loadRun(join(runFolder, existsSync(join(runFolder, BEST)) ? BEST : LAST));
  const last = await loadRun(join(runFolder, LAST));
  const trained = trainedOf(best);
  const exported = exportDetector(trained, form);
  const parity = await checkParity(
    trained,
    exported,
    data.validation.samples.length > 0 ? data.validation : data.train,
  );
  note?.(
    `exported box by box as trained: ${parity.boxes} boxes on ${parity.pictures} pictures differ by ${parity.boxPx} px, scores by ${parity.score}, ${parity.unmatched} unmatched`,
  );
  const written = await writeModel(modelFolder, exported);
  const described = { ...written, recipe: cardRecipe(recipe, { best, last, data, parity }) };
  await writeCard(modelFolder, described);
  if (data.validation.samples.length === 0) return { card: described };
  const result = await evaluateExported(modelFolder, data);
  const { evaluation } = result;
  const card: Card = { ...described, metrics: cardMetrics(evaluation), thresholds: thresholdsOf(evaluation) };
  await writeCard(modelFolder, card);
  await writeEvaluation(runFolder, result, {
    title: `${recipe.name}: ${data.labels.join(', ')}`,
    subtitle: `trained on ${data.train.samples.length} pictures, judged on ${evaluation.pictures} held back`,
    sections: trainingSections(last.position.history, recipe),
  });
  await writeAtomically(join(runFolder, 'history.csv'), (file) => file.writeFile(historyCsv(last.position.history)));
  return { card, evaluation };
}

async function evaluateExported(folder: string, data: TrainingData): Promise<EvaluateResult> {
  const engine = await openEngine({ model: folder, device: 'cpu', cacheDir: false });
  try {
    return await evaluateModels([engine], data.validation);
  } finally {
    await engine.close();
  }
}

/** The thresholds that served the validation pictures best. */
function thresholdsOf({ threshold, curves, labels }: Evaluation): NonNullable<Card['thresholds']> {
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  const known = curves.filter(({ truths, best }) => truths > 0 && best.f1 > 0);
  return {
    score: rounded(threshold),
    iou: 0.5,
    perClass: Object.fromEntries(known.map(({ classId, best }) => [labels[classId]!, rounded(best.threshold)])),
  };
}

interface Made {
  readonly best: SavedRun;
  readonly last: SavedRun;
  readonly data: TrainingData;
  readonly parity: unknown;
}

function cardRecipe(recipe: Recipe, { best, last, data, parity }: Made): Record<string, unknown> {
  const { data: from, threads, loaders, checkpoint, transfer, kind, description, ...learnt } = recipe;
  const { epoch, steps, trainedSeconds } = last.position;
  return {
    ...learnt,
    data: { sources: data.sources, sha256: data.sha256, trainPictures: data.train.samples.length, rename: from.rename },
    run: {
      epochs: epoch,
      steps,
      minutes: Math.round(trainedSeconds / 6) / 10,
      bestEpoch: (best.position.best?.epoch ?? epoch - 1) + 1,
    },
    parity,
  };
}
