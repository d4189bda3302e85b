import { XMLBuilder } from 'fast-xml-parser';
import { clipBox } from '../augmentation/place.js';
import type { Dataset } from '../dataset.js';
import { type Converted, hasOwnArea, Losses, type NamedSample, short } from './converted.js';

const BUILDER = new XMLBuilder({ format: true, indentBy: '  ' });

/**
 * Pascal VOC: `Annotations/`, `JPEGImages/`, `ImageSets/Main/`, and `classes.txt`, which keeps the order of the classes. Pixels
 * are counted from 1 and the last is included, so that `xmin = x1 + 1` and `xmax = x2`; fractions are kept.
 */
export function vocFiles(dataset: Dataset, samples: readonly NamedSample[]): Converted {
  const losses = new Losses();
  const files = new Map<string, string>([['classes.txt', `${dataset.labels.join('\n')}\n`]]);
  for (const sample of samples) files.set(`Annotations/${sample.stem}.xml`, vocXml(sample, dataset.labels, losses));
  for (const split of ['train', 'val', 'test'] as const) {
    const stems = samples.filter((sample) => sample.split === split).map(({ stem }) => `${stem}\n`);
    if (stems.length > 0) files.set(`ImageSets/Main/${split}.txt`, stems.join(''));
  }
  return { files, pictureFolder: () => 'JPEGImages', losses: losses.counts };
}

function vocXml({ name, size, annotations, labelled }: NamedSample, labels: readonly string[], losses: Losses): string {
  const { width, height } = size;
  losses.add('sets of labelled classes of single pictures', labelled ? 1 : 0);
  const objects = annotations.flatMap((one) => {
    if (one.crowd) {
      losses.add('crowd regions left out');
      return [];
    }
    losses.add('landmarks', one.landmarks?.length ?? 0);
    losses.add('areas of segments', hasOwnArea(one) ? 1 : 0);
    const [x1, y1, x2, y2] = clipBox(one.box, [0, 0, width, height])!;
    losses.add('parts of boxes outside the picture', one.box.some((edge, n) => edge !== [x1, y1, x2, y2][n]) ? 1 : 0);
    const bndbox = { xmin: short(x1 + 1), ymin: short(y1 + 1), xmax: short(x2), ymax: short(y2) };
    const flags = { truncated: one.truncated ? 1 : 0, difficult: one.difficult ? 1 : 0 };
    return [{ name: labels[one.classId]!, pose: 'Unspecified', ...flags, bndbox }];
  });
  const annotation = { folder: 'JPEGImages', filename: name, size: { width, height, depth: 3 }, segmented: 0 };
  return BUILDER.build({ annotation: { ...annotation, object: objects } }) as string;
}
