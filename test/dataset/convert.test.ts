import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Annotation } from '#core/annotation.js';
import { Random } from '#core/random.js';
import { convertDataset, type Format } from '#dataset/convert/convert.js';
import type { Dataset, Sample } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { folderWith, writePicture } from './support.js';

let dataset: Dataset;

beforeAll(async () => {
  const folder = folderWith();
  const random = new Random(3);
  const samples: Sample[] = [];
  for (let n = 0; n < 12; n++) {
    const size = { width: 40 + random.below(90), height: 30 + random.below(70) };
    const file = await writePicture(join(folder, `${n % 2}`, `${n >> 1} & co.png`), size);
    const annotations = Array.from({ length: random.below(5) }, (_, m): Annotation => {
      const [x, y] = [random.between(0, size.width - 9), random.between(0, size.height - 9)];
      const round = (value: number) => (m % 2 === 0 ? Math.floor(value) : +value.toFixed(2));
      const box = [
        round(x),
        round(y),
        round(x + random.between(2, size.width - x)),
        round(y + random.between(2, size.height - y)),
      ] as const;
      return { box, classId: random.below(3) };
    });
    samples.push({ file, size, annotations, split: n < 8 ? 'train' : 'val' });
  }
  dataset = { name: 'all', format: 'mixed', labels: ['zebra', 'a <b> & "c"', 'dog'], samples, faults: [] };
});

/** What all formats hold: size, split, class names and boxes (1e-6 px), pictures in the order of their bytes. */
function essence({ samples, labels }: Dataset): unknown[] {
  return samples
    .map(({ file, size, split, annotations }) => ({
      bytes: readFileSync(file).toString('base64').slice(0, 300) + size.width + size.height,
      split,
      objects: annotations.map(({ box, classId }) =>
        [labels[classId], ...box.map((edge) => +edge.toFixed(6))].join(' '),
      ),
    }))
    .sort((left, right) => (left.bytes + left.objects < right.bytes + right.objects ? -1 : 1));
}

const FORMATS: Format[] = ['coco', 'yolo', 'voc'];

describe('convertDataset', () => {
  it.each(FORMATS.flatMap((first) => FORMATS.map((second) => [first, second] as const)))(
    'loses no box, class, split or picture through %s and %s',
    async (first, second) => {
      const [one, two] = [join(folderWith(), 'one'), join(folderWith(), 'two')];
      convertDataset(dataset, { format: first, out: one });
      const between = await readDataset(one);
      expect(between.format).toBe(first);
      convertDataset(between, { format: second, out: two, pictures: 'link' });
      const after = await readDataset(two);
      expect(after.faults.filter(({ kind }) => kind !== 'no-labels')).toEqual([]);
      expect([...after.labels].sort()).toEqual([...dataset.labels].sort());
      expect(essence(after)).toEqual(essence(dataset));
    },
  );

  const one = (annotation: Partial<Annotation>): Dataset => {
    const full: Annotation = { box: [1.25, 2, 20, 25], classId: 1, ...annotation };
    const { split: _, ...sample } = dataset.samples[0]!;
    return { ...dataset, labels: ['x', 'y'], samples: [{ ...sample, annotations: [full] }] };
  };

  it('keeps crowds, areas, flags, ids and landmarks in COCO', async () => {
    const out = join(folderWith(), 'coco');
    const source = one({
      area: 99.5,
      crowd: true,
      difficult: true,
      truncated: true,
      landmarks: [
        [3.5, 4, 2],
        [0, 0, 0],
      ],
    });
    const named = { ...source, landmarks: ['left', 'right'], mirrored: [1, 0], categoryIds: [7, 3] };
    convertDataset({ ...named, samples: [{ ...named.samples[0]!, id: 42 }] }, { format: 'coco', out });
    const { samples, categoryIds, labels, landmarks, mirrored } = await readDataset(out);
    expect({ categoryIds, labels, landmarks, mirrored }).toEqual({
      categoryIds: [3, 7],
      labels: ['y', 'x'],
      landmarks: ['left', 'right'],
      mirrored: [1, 0],
    });
    expect(samples[0]).toMatchObject({ id: 42, annotations: [{ ...source.samples[0]!.annotations[0]!, classId: 0 }] });
  });

  it('keeps landmarks in YOLO and flags in VOC', async () => {
    const [yolo, voc] = [join(folderWith(), 'yolo'), join(folderWith(), 'voc')];
    const source = one({
      landmarks: [
        [3.5, 4, 2],
        [0, 0, 0],
      ],
    });
    convertDataset({ ...source, landmarks: ['left', 'right'], mirrored: [1, 0] }, { format: 'yolo', out: yolo });
    const read = await readDataset(yolo);
    expect(read.mirrored).toEqual([1, 0]);
    read.samples[0]!.annotations[0]!.landmarks!.flat().forEach((value, n) => {
      expect(value).toBeCloseTo([3.5, 4, 2, 0, 0, 0][n]!, 6);
    });
    convertDataset(one({ difficult: true, truncated: true }), { format: 'voc', out: voc });
    expect((await readDataset(voc)).samples[0]!.annotations).toEqual([
      { box: [1.25, 2, 20, 25], classId: 1, difficult: true, truncated: true },
    ]);
  });

  it.each<[Format, Partial<Annotation>, string]>([
    ['yolo', { crowd: true }, 'crowd regions left out'],
    ['voc', { crowd: true }, 'crowd regions left out'],
    ['yolo', { difficult: true }, 'difficult flags'],
    ['voc', { landmarks: [[1, 1, 1]] }, 'landmarks'],
    ['voc', { box: [-3, 2, 20, 25] }, 'parts of boxes outside the picture'],
    ['yolo', { area: 5 }, 'areas of segments'],
  ])('says what %s cannot hold: %o', (format, annotation, loss) => {
    const { losses } = convertDataset(one(annotation), { format, out: join(folderWith(), 'x'), pictures: 'none' });
    expect(losses.get(loss)).toBe(1);
  });

  it.each<Format>(['yolo', 'voc'])('does not call the area of a box a loss of %s', (format) => {
    const { losses } = convertDataset(one({ box: [1.25, 2, 20, 25], area: 18.75 * 23 }), {
      format,
      out: join(folderWith(), 'x'),
      pictures: 'none',
    });
    expect([...losses]).toEqual([]);
  });

  it('writes into new or empty folders only, and copies unless told otherwise', () => {
    const out = folderWith();
    mkdirSync(join(out, 'empty'));
    convertDataset(one({}), { format: 'yolo', out: join(out, 'empty'), pictures: 'none' });
    expect(existsSync(join(out, 'empty/images/train/0 & co.png'))).toBe(false);
    writeFileSync(join(out, 'note.txt'), 'x');
    expect(() => convertDataset(one({}), { format: 'yolo', out })).toThrow(/expected an empty or new folder/);
  });
});
