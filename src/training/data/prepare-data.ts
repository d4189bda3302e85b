import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { concatDatasets, type Dataset, relabel, type Sample } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import type { Recipe } from '../recipe/recipe.js';

/** The pictures of a run. */
export interface TrainingData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly labels: readonly string[];
  /** SHA-256 of names, sizes, splits and objects of all pictures: equal for equal data. */
  readonly sha256: string;
  /** What was read, for the card. */
  readonly sources: readonly { readonly name: string; readonly pictures: number }[];
  readonly faults: number;
}

/**
 * Reads all data sets of a recipe, brings them to one set of labels and parts them.
 * @throws LookoutError kind `config` without any folder, `dataset` where one cannot be read or nothing is left to learn from
 */
export async function prepareData({ data, seed }: Pick<Recipe, 'data' | 'seed'>): Promise<TrainingData> {
  if (data.folders.length === 0) throw new LookoutError('config', 'no data to learn from: give --data DIR');
  const sets: Dataset[] = [];
  for (const folder of data.folders) sets.push(await readDataset(folder));
  const labels = data.classes ?? sets[0]!.labels;
  checkLabels('rename', Object.values(data.rename).flat(), labels);
  checkLabels('repeat', Object.keys(data.repeat), labels);
  const parted = sets.map((set) => part(relabelled(set, labels, data.rename), data.holdBack, seed));
  const all = concatDatasets(sets.map(({ name }) => name).join(' + '), parted);
  const pick = (split: Sample['split']): Dataset => ({
    ...all,
    samples: all.samples.filter((one) => one.split === split),
  });
  const train = pick('train');
  const some = data.limit === null ? train : { ...train, samples: train.samples.slice(0, data.limit) };
  const limited = repeated(some, data);
  if (!limited.samples.some(({ annotations }) => annotations.length > 0)) {
    throw new LookoutError('dataset', `${all.name}: no labelled object of ${labels.join(', ')} to learn from`);
  }
  return {
    train: limited,
    validation: pick('val'),
    labels,
    sha256: hashOf(all),
    sources: sets.map(({ name, samples }) => ({ name, pictures: samples.length })),
    faults: all.faults.length,
  };
}

function relabelled(set: Dataset, labels: readonly string[], rename: Recipe['data']['rename']): Dataset {
  return set.labels.join('\n') === labels.join('\n') && Object.keys(rename).length === 0
    ? set
    : relabel(set, labels, rename);
}

/**
 * Every picture gets a split. Where the data set has no validation part, a part is held back by the hash of the file's name,
 * so that a picture stays where it is when others come.
 */
function part(set: Dataset, holdBack: number, seed: number): Dataset {
  const hasOwn = set.samples.some(({ split }) => split === 'val');
  const samples = set.samples.map((sample): Sample => {
    if (hasOwn || sample.split === 'test') return { ...sample, split: sample.split ?? 'train' };
    const drawn =
      createHash('sha256')
        .update(`${seed} ${basename(sample.file)}`)
        .digest()
        .readUInt32LE() /
      2 ** 32;
    return { ...sample, split: drawn < holdBack ? 'val' : 'train' };
  });
  return { ...set, samples };
}

function checkLabels(key: string, names: readonly (string | null)[], labels: readonly string[]): void {
  const unknown = names.find((name) => name !== null && !labels.includes(name));
  if (unknown === undefined) return;
  throw new LookoutError('config', `data.${key}: ${unknown} is no label of the model (${labels.join(', ')})`);
}

function checkStarts({ samples }: Dataset, starts: readonly string[]): void {
  const unknown = starts.find((start) => !samples.some(({ file }) => basename(file).startsWith(start)));
  if (unknown === undefined) return;
  throw new LookoutError(
    'config',
    `data.repeatFiles: no picture to learn from has a file name that starts with ${unknown}`,
  );
}

/** Pictures come as often as one of their classes or their file name asks for; `difficult` objects do not ask. */
function repeated(set: Dataset, { repeat, repeatFiles }: Recipe['data']): Dataset {
  const byClass = set.labels.map((label) => repeat[label] ?? 1);
  const byName = Object.entries(repeatFiles);
  checkStarts(set, Object.keys(repeatFiles));
  const samples = set.samples.flatMap((sample): Sample[] => {
    const wanted = sample.annotations.filter(({ difficult, crowd }) => !(difficult || crowd));
    const name = basename(sample.file);
    const asked = [
      ...wanted.map(({ classId }) => byClass[classId]!),
      ...byName.filter(([start]) => name.startsWith(start)).map(([, count]) => count),
    ];
    return Array(Math.max(1, ...asked)).fill(sample);
  });
  return { ...set, samples };
}

function hashOf({ samples, labels }: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify(labels));
  const lines = samples.map(({ file, split, annotations, labelled }) =>
    JSON.stringify([basename(file), statSync(file).size, split, labelled ?? null, annotations]),
  );
  for (const line of lines.sort()) hash.update(`${line}\n`);
  return hash.digest('hex');
}
