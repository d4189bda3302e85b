import { area } from './augmentation/place.js';
import type { Dataset } from './dataset.js';

/** How often and how large one class is. */
export interface ClassStatistics {
  readonly label: string;
  readonly objects: number;
  readonly pictures: number;
  /** By COCO's areas: below 32^2, below 96^2, above, px^2. */
  readonly small: number;
  readonly medium: number;
  readonly large: number;
  readonly crowds: number;
  readonly difficult: number;
  /** Median width and height as a fraction of the picture. */
  readonly medianSize: readonly [number, number];
}

export interface DatasetStatistics {
  readonly pictures: number;
  readonly objects: number;
  readonly empty: number;
  /** Pictures per split, `none` for those without. */
  readonly splits: Readonly<Record<string, number>>;
  /** Pictures per size, most frequent first. */
  readonly sizes: readonly (readonly [size: string, count: number])[];
  readonly classes: readonly ClassStatistics[];
  /** Objects per picture: how many pictures have 0, 1, 2, ... 19, and 20 or more. */
  readonly objectsPerPicture: readonly number[];
  /** Square root of the box's share of the picture, in 20 equal steps from 0 to 1. */
  readonly relativeSizes: readonly number[];
}

export function statisticsOf({ samples, labels }: Pick<Dataset, 'samples' | 'labels'>): DatasetStatistics {
  const count = <T>(values: readonly T[]): Map<T, number> => {
    const counts = new Map<T, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const sizes = count(samples.map(({ size }) => `${size.width}x${size.height}`));
  const histogram = (length: number, values: readonly number[]): number[] => {
    const bins = new Array<number>(length).fill(0);
    for (const value of values) bins[Math.min(length - 1, Math.floor(value))]!++;
    return bins;
  };
  const relative = samples.flatMap(({ size, annotations }) =>
    annotations.map(({ box }) => Math.sqrt(area(box) / (size.width * size.height))),
  );
  return {
    pictures: samples.length,
    objects: samples.reduce((sum, { annotations }) => sum + annotations.length, 0),
    empty: samples.filter(({ annotations }) => annotations.length === 0).length,
    splits: Object.fromEntries(count(samples.map(({ split }) => split ?? 'none'))),
    sizes: [...sizes].sort((left, right) => right[1] - left[1]),
    classes: labels.map((label, classId) => classStatistics({ samples, label, classId })),
    objectsPerPicture: histogram(
      21,
      samples.map(({ annotations }) => annotations.length),
    ),
    relativeSizes: histogram(
      20,
      relative.map((side) => 20 * side),
    ),
  };
}

function classStatistics(options: { samples: Dataset['samples']; label: string; classId: number }): ClassStatistics {
  const { samples, label, classId } = options;
  const own = samples.flatMap(({ size, annotations }) =>
    annotations.filter((one) => one.classId === classId).map((one) => ({ one, size })),
  );
  const areas = own.map(({ one }) => one.area ?? area(one.box));
  const within = (low: number, high: number): number => areas.filter((value) => value >= low && value < high).length;
  const median = (values: number[]): number => values.sort((left, right) => left - right)[values.length >> 1] ?? 0;
  return {
    label,
    objects: own.length,
    pictures: samples.filter(({ annotations }) => annotations.some((one) => one.classId === classId)).length,
    small: within(0, 32 ** 2),
    medium: within(32 ** 2, 96 ** 2),
    large: within(96 ** 2, Number.POSITIVE_INFINITY),
    crowds: own.filter(({ one }) => one.crowd).length,
    difficult: own.filter(({ one }) => one.difficult).length,
    medianSize: [
      median(own.map(({ one, size }) => (one.box[2] - one.box[0]) / size.width)),
      median(own.map(({ one, size }) => (one.box[3] - one.box[1]) / size.height)),
    ],
  };
}
