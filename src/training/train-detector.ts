import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { writeAtomically } from '#records/files.js';
import { openEngine } from '#runtime/engine.js';
import { prepareData, type TrainingData } from './data/prepare-data.js';
import { type EvaluateResult, evaluateModels, worstCards, writeEvaluation } from './evaluation/evaluate-run.js';
import { cardMetrics, type Evaluation, evaluateDetections } from './evaluation/evaluation.js';
import { checkParity } from './export/check-parity.js';
import { DEFAULT_FORM, type ExportForm, exportDetector, writeCard, writeModel } from './export/export-detector.js';
import { parityText } from './export/parity.js';
import { type PrepareOptions, prepareRun } from './prepare-run.js';
import type { Recipe } from './recipe/recipe.js';
import { RunRecorder } from './record/run-recorder.js';
import { historyCsv, recipeSection, trainingSections } from './report/training-page.js';
import type { TrainingEvent } from './run/events.js';
import type { Look } from './run/look.js';
import { BEST, LAST, type RunResult } from './run/run-options.js';
import { type EpochRecord, loadRun, type SavedRun } from './run/state.js';
import { trainedOf } from './trained.js';

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
  const { recipe, runFolder, resume, signal } = options;
  const data = await prepareData(recipe);
  const recorder = new RunRecorder(runFolder, { resume, ...(options.note && { fault: options.note }) });
  const tell = (event: TrainingEvent): void => {
    recorder.tell(event);
    options.tell(event);
  };
  const looked = (look: Look, history: readonly EpochRecord[]): Promise<void> =>
    writeLive(options, data, { look, history, recorder });
  const run = await runThrough({
    recipe,
    data,
    folder: runFolder,
    resume,
    tell,
    looked,
    ...(signal && { signal }),
  })
    .catch((error) => {
      const told = withWayOn(error, runFolder);
      recorder.failed(messageOf(told));
      throw told;
    })
    .finally(() => recorder.close());
  if (run.reason === 'interrupted') return { run };
  const { validation } = data;
  options.tell({ kind: 'busy', text: `writing the model and measuring it on ${validation.samples.length} pictures` });
  return { run, ...(await finish(options, data)) };
}

async function runThrough(options: PrepareOptions): Promise<RunResult> {
  const run = await prepareRun(options);
  return run.run();
}

/** What broke a run that left a checkpoint, and that it is not lost. */
function withWayOn(error: unknown, folder: string): unknown {
  if (!(error instanceof LookoutError) || !['inference', 'dataset'].includes(error.kind)) return error;
  if (!existsSync(join(folder, LAST))) return error;
  return new LookoutError(error.kind, `${error.message}; go on from the last checkpoint with --resume`, {
    cause: error,
  });
}

/** The report of a run that goes on: curves so far, and what the moving average finds now in the held-out pictures. */
async function writeLive({ recipe, runFolder }: TrainOptions, data: TrainingData, seen: Seen): Promise<void> {
  const { look, history, recorder } = seen;
  const evaluation = evaluateDetections(look.pictures, data.labels);
  await recorder.looked(look, history, evaluation.threshold);
  const worst = await worstCards(evaluation, look.pictures, look.samples, 12);
  const done = history.length;
  await writeEvaluation(
    runFolder,
    { evaluation, worst },
    {
      title: `${recipe.name}: ${data.labels.join(', ')}`,
      subtitle: `in training, after ${done} epochs; ${data.train.samples.length} pictures to learn from, ${look.pictures.length} looked at`,
      before: trainingSections(history),
      after: [recipeSection(recipe)],
      refreshSeconds: 15,
    },
  );
}

interface Seen {
  readonly look: Look;
  readonly history: readonly EpochRecord[];
  readonly recorder: RunRecorder;
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
  note?.(parityText(parity));
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
    before: trainingSections(last.position.history),
    after: [recipeSection(recipe)],
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
  const { data: from, threads, loaders, cacheMb, checkpoint, transfer, kind, description, ...learnt } = recipe;
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
