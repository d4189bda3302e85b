import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Engine } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import type { Dataset, Sample } from '#dataset/dataset.js';
import { thumbnailOf } from '#dataset/thumbnail.js';
import { outputError, writeAtomically } from '#records/files.js';
import type { JudgedPicture } from '#vision/metrics/pictures.js';
import { evaluationHeadlines, evaluationSections } from '../report/evaluation-page.js';
import { renderPage, type Section } from '../report/page.js';
import type { PictureCard } from '../report/picture-card.js';
import { type DetectPicturesOptions, detectPictures, type Judge } from './detect-pictures.js';
import { type Evaluation, evaluateDetections } from './evaluation.js';
import { resultsCsv } from './results-csv.js';

export interface EvaluateOptions extends DetectPicturesOptions {
  /** Labels of the data set by labels of the model, where they differ. */
  readonly rename?: Readonly<Record<string, string>>;
  /** As many of the worst pictures are shown in the report. */
  readonly worst?: number;
}

export interface EvaluateResult {
  readonly evaluation: Evaluation;
  /** Median time inside the runtime, ms per picture, all views and models together. */
  readonly medianMs: number;
  readonly unreadable: readonly string[];
  /** Labels of the data set that no model knows. */
  readonly unknown: readonly string[];
  readonly worst: readonly PictureCard[];
}

/** A model's classes in the terms of a data set. */
export function judgeOf(engine: Engine, dataset: Dataset, rename: Readonly<Record<string, string>> = {}): Judge {
  const classIds = engine.card.labels.map((label) => {
    const classId = dataset.labels.indexOf(rename[label] ?? label);
    return classId < 0 ? undefined : classId;
  });
  return { engine, classIds };
}

/** A slip in `--rename` would only take a class away, without a word. @throws LookoutError kind `config` */
function checkRenames(rename: Readonly<Record<string, string>>, engines: readonly Engine[], { labels }: Dataset) {
  const known = engines.flatMap(({ card }) => card.labels);
  for (const [from, to] of Object.entries(rename)) {
    const [what, whose, names] = known.includes(from) ? [to, 'the data', labels] : [from, 'the model', known];
    if (names.includes(what)) continue;
    const pair = `--rename ${from}=${to} (model-label=data-label)`;
    throw new LookoutError('config', `${pair}: expected a label of ${whose}, ${firstOf(names)}; got ${what}`);
  }
}

/** A model that knows no class of the data has nothing to say about it, and would only thin out what the others say. */
function checkKnows({ engine: { card }, classIds }: Judge, { name, labels }: Dataset): void {
  if (classIds.some((classId) => classId !== undefined)) return;
  throw new LookoutError(
    'dataset',
    `model ${card.name} and ${name} have no label in common: the model knows ${firstOf(card.labels)}, ` +
      `the data ${firstOf(labels)}; say --rename model-label=data-label`,
  );
}

/** Some labels, and how many there are beside them. */
function firstOf(labels: readonly string[], count = 12): string {
  const more = labels.length - count;
  return labels.slice(0, count).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * Evaluates one model or an ensemble on labelled pictures.
 * @throws LookoutError kind `dataset` when there is no picture, or a model and the data set have no label in common
 */
export async function evaluateModels(
  engines: readonly Engine[],
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<EvaluateResult> {
  if (dataset.samples.length === 0) throw new LookoutError('dataset', `${dataset.name}: no pictures to evaluate on`);
  checkRenames(options.rename ?? {}, engines, dataset);
  const judges = engines.map((engine) => judgeOf(engine, dataset, options.rename));
  for (const judge of judges) checkKnows(judge, dataset);
  const known = new Set(judges.flatMap(({ classIds }) => classIds));
  const unknown = dataset.labels.filter((_, classId) => !known.has(classId));
  const { pictures, samples, inferenceMs, unreadable } = await detectPictures(judges, dataset.samples, options);
  const evaluation = evaluateDetections(pictures, dataset.labels);
  const worst = await worstCards(evaluation, pictures, samples, options.worst ?? 24);
  return { evaluation, medianMs: medianOf(inferenceMs), unreadable, unknown, worst };
}

/** The pictures that were read worst, with what was found in them. */
export async function worstCards(
  { quality, threshold }: Evaluation,
  pictures: readonly JudgedPicture[],
  samples: readonly Sample[],
  count: number,
): Promise<PictureCard[]> {
  const chosen = quality.slice(0, count).filter((one) => one.quality < 1);
  return Promise.all(
    chosen.map(async ({ index, right, missed, falsePositives }) => {
      const { file, size } = samples[index]!;
      return {
        name: basename(file),
        size,
        jpeg: await thumbnailOf(file, 480),
        truths: pictures[index]!.truths,
        detections: pictures[index]!.detections.filter(({ score }) => score >= threshold),
        note: `${right} right, ${missed} missed, ${falsePositives} false`,
      };
    }),
  );
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export interface PageOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Sections before and behind those of the evaluation. */
  readonly before?: readonly Section[];
  readonly after?: readonly Section[];
  /** The page loads itself again after so many seconds: for a run that goes on. */
  readonly refreshSeconds?: number;
}

/** Writes `report.html` and `results.csv` into a folder. @throws LookoutError kind `output` */
export async function writeEvaluation(
  folder: string,
  { evaluation, medianMs, worst }: Pick<EvaluateResult, 'evaluation' | 'worst'> & { readonly medianMs?: number },
  { before = [], after = [], ...page }: PageOptions,
): Promise<string[]> {
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw outputError(folder, error);
  });
  const time =
    medianMs === undefined
      ? []
      : [{ value: medianMs.toFixed(1), name: 'ms a picture', note: 'median, in the runtime' }];
  const report = renderPage({
    ...page,
    headlines: [...evaluationHeadlines(evaluation), ...time],
    sections: [...before, ...evaluationSections(evaluation, worst), ...after],
    footer: 'Written by lookout. Figures as COCO defines them; thresholds by the best mean F1 at IoU 0.5.',
  });
  const files = [
    ['report.html', report],
    ['results.csv', resultsCsv(evaluation)],
  ] as const;
  for (const [name, text] of files) await writeAtomically(join(folder, name), (file) => file.writeFile(text));
  return files.map(([name]) => join(folder, name));
}
