import { areaOf } from '#vision/metrics/pictures.js';
import type { Dataset } from '../dataset.js';
import { type Converted, Losses, type NamedSample, short } from './converted.js';

/** COCO: one `annotations/instances_<split>.json` per split (`instances.json` without splits), pictures in `images/`. */
export function cocoFiles(dataset: Dataset, samples: readonly NamedSample[]): Converted {
  const losses = new Losses();
  losses.add('sets of labelled classes of single pictures', samples.filter(({ labelled }) => labelled).length);
  const splits = [...new Set(samples.map(({ split }) => split))];
  const whole = splits.every((split) => split === undefined);
  const ids = pictureIds(samples);
  const files = splits.map((split): [string, string] => {
    const own = samples.filter((sample) => sample.split === split);
    const name = whole ? 'instances.json' : `annotations/instances_${split ?? 'train'}.json`;
    return [name, `${JSON.stringify(cocoJson(dataset, own, ids), null, 1)}\n`];
  });
  const pictureFolder = ({ split }: NamedSample): string => (whole ? 'images' : `images/${split ?? 'train'}`);
  return { files: new Map(files), pictureFolder, losses: losses.counts };
}

/** The ids that the pictures had, where every one has its own; else new ones from 1. */
function pictureIds(samples: readonly NamedSample[]): Map<NamedSample, number> {
  const kept = new Set(samples.map(({ id }) => id));
  const keep = kept.size === samples.length && !kept.has(undefined);
  return new Map(samples.map((sample, index) => [sample, keep ? sample.id! : index + 1]));
}

function cocoJson(dataset: Dataset, samples: readonly NamedSample[], ids: ReadonlyMap<NamedSample, number>): object {
  const categoryId = (classId: number): number => dataset.categoryIds?.[classId] ?? classId + 1;
  const categories = dataset.labels.map((name, classId) => ({
    id: categoryId(classId),
    name,
    ...(dataset.landmarks && { keypoints: dataset.landmarks, skeleton: [] }),
  }));
  const images = samples.map((sample) => ({ id: ids.get(sample)!, file_name: sample.name, ...sample.size }));
  let id = 0;
  const annotations = samples.flatMap((sample) =>
    sample.annotations.map((one) => {
      const [x1, y1, x2, y2] = one.box;
      const keypoints = one.landmarks?.flatMap(([x, y, visibility]) => [short(x), short(y), visibility]);
      return {
        id: ++id,
        image_id: ids.get(sample)!,
        category_id: categoryId(one.classId),
        bbox: [short(x1), short(y1), short(x2 - x1), short(y2 - y1)],
        area: short(areaOf(one)),
        iscrowd: one.crowd ? 1 : 0,
        ...(one.difficult && { difficult: 1 }),
        ...(one.truncated && { truncated: 1 }),
        ...(keypoints && {
          keypoints,
          num_keypoints: one.landmarks!.filter(([, , visibility]) => visibility > 0).length,
        }),
      };
    }),
  );
  return { images, annotations, categories };
}
