import { stringify } from 'yaml';
import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import type { Dataset } from '../dataset.js';
import { type Converted, hasOwnArea, Losses, type NamedSample } from './converted.js';

/** YOLO: `data.yaml`, `images/<split>/` and `labels/<split>/`. Crowd regions are left out: YOLO would take them for objects. */
export function yoloFiles(dataset: Dataset, samples: readonly NamedSample[]): Converted {
  const losses = new Losses();
  const files = new Map<string, string>();
  const splits = new Set(samples.map(({ split }) => split ?? 'train'));
  const paths = Object.fromEntries(
    ['train', 'val', 'test'].filter((split) => splits.has(split as 'train')).map((split) => [split, `images/${split}`]),
  );
  files.set(
    'data.yaml',
    stringify({
      ...paths,
      ...(dataset.landmarks && { kpt_shape: [dataset.landmarks.length, 3], flip_idx: [...dataset.mirrored!] }),
      names: Object.fromEntries(dataset.labels.map((label, classId) => [classId, label])),
    }),
  );
  for (const sample of samples) {
    const kept = sample.annotations.filter(({ crowd }) => !crowd);
    losses.add('crowd regions left out', sample.annotations.length - kept.length);
    losses.add('difficult flags', kept.filter(({ difficult }) => difficult).length);
    losses.add('truncated flags', kept.filter(({ truncated }) => truncated).length);
    losses.add('areas of segments', kept.filter(hasOwnArea).length);
    losses.add('sets of labelled classes of single pictures', sample.labelled ? 1 : 0);
    const lines = kept.map((one) => `${yoloLine(one, sample.size, dataset.landmarks?.length ?? 0)}\n`);
    files.set(`labels/${sample.split ?? 'train'}/${sample.stem}.txt`, lines.join(''));
  }
  losses.add('names of landmarks', dataset.landmarks?.length ?? 0);
  return { files, pictureFolder: ({ split }) => `images/${split ?? 'train'}`, losses: losses.counts };
}

function yoloLine({ classId, box, landmarks }: Annotation, { width, height }: Size, landmarkCount: number): string {
  const [x1, y1, x2, y2] = box;
  const fraction = (value: number): number => +value.toFixed(12);
  const centred = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
  const points = Array.from({ length: landmarkCount }, (_, k) => landmarks?.[k] ?? ([0, 0, 0] as const));
  const values = points.flatMap(([x, y, visibility]) => [fraction(x / width), fraction(y / height), visibility]);
  return [classId, ...centred.map(fraction), ...values].join(' ');
}
