import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import type { Fault } from './fault.js';

export type Split = 'train' | 'val' | 'test';

/** One labelled picture. */
export interface Sample {
  readonly file: string;
  /** Upright, as EXIF says it is to be looked at; boxes and landmarks are in its pixels. */
  readonly size: Size;
  readonly annotations: readonly Annotation[];
  /**
   * Class ids that the picture is labelled for: an object of another class may be there without a box, so that no loss
   * may be taken and no false positive counted for it. Absent: all.
   */
  readonly labelled?: readonly number[];
  readonly split?: Split;
  /** The picture's id in a COCO file. */
  readonly id?: number;
}

/** Labelled pictures from any format. */
export interface Dataset {
  readonly name: string;
  readonly format: 'coco' | 'yolo' | 'voc' | 'landmarks' | 'scenes' | 'mixed';
  /** By class id. */
  readonly labels: readonly string[];
  /** Names of the landmarks of an object; absent where there are none. */
  readonly landmarks?: readonly string[];
  /** For each landmark the one that it becomes in a mirror (left eye, right eye). */
  readonly mirrored?: readonly number[];
  /** COCO category id by class id. */
  readonly categoryIds?: readonly number[];
  readonly samples: readonly Sample[];
  /** What was wrong; nothing of it is in `samples` unless its effect is `kept`. */
  readonly faults: readonly Fault[];
}

/** The pictures of one split; pictures without a split belong to `train`. */
export function selectSplit(dataset: Dataset, split: Split): Dataset {
  return { ...dataset, samples: dataset.samples.filter((sample) => (sample.split ?? 'train') === split) };
}

/**
 * Pairs of landmarks that a mirror swaps, read from their names: `left_eye` becomes `right_eye`, `nose` stays.
 * @returns for each landmark the index that it becomes
 */
export function mirroredLandmarks(names: readonly string[]): number[] {
  return names.map((name, index) => {
    const other = name.replace(/left|right/i, (side) => (side.toLowerCase() === 'left' ? 'right' : 'left'));
    const found = names.findIndex((candidate) => candidate.toLowerCase() === other.toLowerCase());
    return found < 0 ? index : found;
  });
}

/**
 * The same pictures under other labels. `renamed` says what each old label becomes: one label; several, where the old
 * one does not tell which (such objects are kept as `difficult` ones of each, and the picture no longer counts as
 * labelled for those classes unless another old label does); or null to drop it. Old labels that are not named keep
 * their name if it is among the new ones and are dropped otherwise.
 */
export function relabel(
  dataset: Dataset,
  labels: readonly string[],
  renamed: Readonly<Record<string, string | readonly string[] | null>> = {},
): Dataset {
  const targets = dataset.labels.map((label) => {
    const name = label in renamed ? renamed[label] : labels.includes(label) ? label : null;
    const names = name === null || name === undefined ? [] : typeof name === 'string' ? [name] : name;
    return names.map((one) => classIdOf(one, labels));
  });
  const unsure = new Set(targets.filter((ids) => ids.length > 1).flat());
  const samples = dataset.samples.map((sample) => {
    const known = sample.labelled ?? targets.map((_, id) => id);
    const sure = known.map((id) => targets[id]!).filter((ids) => ids.length === 1);
    const labelled = [...new Set(sure.flat())].filter((id) => !unsure.has(id)).sort((left, right) => left - right);
    return { ...sample, annotations: sample.annotations.flatMap((one) => retarget(one, targets)), labelled };
  });
  const { categoryIds: _, ...rest } = dataset;
  return { ...rest, labels, samples };
}

function classIdOf(name: string, labels: readonly string[]): number {
  const id = labels.indexOf(name);
  if (id < 0) throw new RangeError(`relabel: no label ${JSON.stringify(name)} among ${labels.join(', ')}`);
  return id;
}

function retarget(annotation: Annotation, targets: readonly (readonly number[])[]): Annotation[] {
  const ids = targets[annotation.classId]!;
  return ids.map((classId) =>
    ids.length > 1 ? { ...annotation, classId, difficult: true } : { ...annotation, classId },
  );
}

/** Several data sets with the same labels as one. */
export function concatDatasets(name: string, datasets: readonly Dataset[]): Dataset {
  const first = datasets[0];
  if (first === undefined) throw new RangeError('concatDatasets: expected at least one data set');
  for (const { labels, name: other } of datasets) {
    if (labels.join('\n') !== first.labels.join('\n')) {
      throw new RangeError(
        `concatDatasets: ${other} has labels ${labels.join(', ')}, ${first.name} has ${first.labels.join(', ')}`,
      );
    }
  }
  const withLandmarks = datasets.find(({ landmarks }) => landmarks !== undefined);
  return {
    name,
    format: datasets.every(({ format }) => format === first.format) ? first.format : 'mixed',
    labels: first.labels,
    ...(withLandmarks?.landmarks && { landmarks: withLandmarks.landmarks, mirrored: withLandmarks.mirrored! }),
    samples: datasets.flatMap(({ samples }) => samples),
    faults: datasets.flatMap(({ faults }) => faults),
  };
}
