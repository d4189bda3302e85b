import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { mirroredLandmarks, relabel, selectSplit } from '#dataset/dataset.js';
import { formatFault } from '#dataset/fault.js';
import { readDataset } from '#dataset/read-dataset.js';
import { shared, sharedPath } from '../support/shared.js';
import { folderWith, writePicture } from './support.js';

/** Faults as `name:line kind effect`, the folder left out. */
async function faultsOf(path: string, folder: string): Promise<string[]> {
  const { faults } = await readDataset(path);
  return faults.map((fault) => {
    const [place] = formatFault(fault).split(': ', 1);
    return `${place!.slice(folder.length + 1)} ${fault.kind} (${fault.effect})`;
  });
}

describe('COCO', () => {
  const picture = { id: 7, file_name: 'a.jpg', width: 64, height: 48 };
  const write = async (images: object[], annotations: (object | null)[], more: object = {}): Promise<string> => {
    const categories = [
      { id: 9, name: 'car' },
      { id: 2, name: 'person', keypoints: ['left_hand', 'right_hand', 'nose'] },
    ];
    const json = JSON.stringify({ images, annotations, categories, ...more }, null, 1);
    const folder = folderWith({ 'instances.json': json });
    await writePicture(join(folder, 'images', 'a.jpg'));
    return folder;
  };

  it('reads boxes as corners, classes by category id, crowds, areas and keypoints', async () => {
    const folder = await write(
      [picture],
      [
        { id: 1, image_id: 7, category_id: 9, bbox: [1, 2, 10, 20], area: 150.5, iscrowd: 0 },
        { id: 2, image_id: 7, category_id: 2, bbox: [0, 0, 64, 48], area: 3072, iscrowd: 1 },
        { id: 3, image_id: 7, category_id: 2, bbox: [5, 5, 9, 9], keypoints: [6, 7, 2, 8, 9, 1, 0, 0, 0] },
      ],
    );
    const dataset = await readDataset(folder);
    expect(dataset).toMatchObject({
      format: 'coco',
      labels: ['person', 'car'],
      categoryIds: [2, 9],
      mirrored: [1, 0, 2],
      faults: [],
    });
    expect(dataset.samples).toEqual([
      {
        id: 7,
        file: join(folder, 'images', 'a.jpg'),
        size: { width: 64, height: 48 },
        annotations: [
          { box: [1, 2, 11, 22], classId: 1, area: 150.5 },
          { box: [0, 0, 64, 48], classId: 0, area: 3072, crowd: true },
          { box: [5, 5, 14, 14], classId: 0, landmarks: [[6, 7, 2], [8, 9, 1], [0, 0, 0]] }, // biome-ignore format: one row
        ],
      },
    ]);
  });

  it('leaves out what is wrong and names the line of its record', async () => {
    const folder = await write(
      [picture, picture, { id: 8, file_name: 'gone.jpg', width: 9, height: 9 }, { id: 'x' }],
      [
        { image_id: 7, category_id: 9, bbox: [1, 2, 10, 20] },
        { image_id: 7, category_id: 9, bbox: [1, 2, 10, 20] },
        { image_id: 7, category_id: 9, bbox: [1, 2, 0, 20] },
        { image_id: 7, category_id: 9, bbox: [70, 2, 10, 20] },
        { image_id: 7, category_id: 9, bbox: [60, 2, 10, 20] },
        { image_id: 7, category_id: 1, bbox: [1, 2, 10, 20] },
        { image_id: 99, category_id: 9, bbox: [1, 2, 10, 20] },
        { image_id: 7, category_id: 9, bbox: [1, 2, null, 20] },
        { image_id: 8, category_id: 9, bbox: [1, 2, 3, 4] },
        null,
      ],
    );
    const lines = (text: string) => text.replaceAll('instances.json:', '');
    expect((await faultsOf(folder, folder)).map(lines)).toEqual([
      '9 duplicate-image (picture skipped)',
      '15 missing-image (picture skipped)',
      '21 malformed (picture skipped)',
      '46 zero-area (object skipped)',
      '56 outside (object skipped)',
      '66 outside (kept)',
      '76 unknown-class (object skipped)',
      '86 missing-image (object skipped)',
      '96 malformed (object skipped)',
      '116 missing-image (object skipped)',
      '36 duplicate-object (object skipped)',
    ]);
    expect((await readDataset(folder)).samples.map(({ annotations }) => annotations.length)).toEqual([2]);
  });

  it.each([
    ['an unfinished file', '{"images": [\n{"id": 1', /instances\.json:2: no valid JSON/],
    ['a stray comma', '{"images": [],\n,"annotations": []}', /instances\.json:2: no valid JSON/],
    ['no lists', '{"images": {}}', /instances\.json:1: expected COCO's lists/],
  ])('refuses %s with its line', async (_, text, message) => {
    const folder = folderWith({ 'instances.json': text });
    await expect(readDataset(join(folder, 'instances.json'))).rejects.toThrow(message);
    await expect(readDataset(join(folder, 'instances.json'))).rejects.toBeInstanceOf(LookoutError);
  });
});

describe('YOLO', () => {
  const yaml = 'path: .\ntrain: ../train/images\nval: [valid/images]\nnames:\n  0: car\n  1: dog\n';

  it('reads splits, boxes, polygons and pictures without objects', async () => {
    const folder = folderWith({
      'data.yaml': yaml,
      'train/labels/a.txt': '1 0.5 0.5 0.25 0.5\r\n0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.5',
      'valid/labels/b.txt': '',
    });
    await writePicture(join(folder, 'train/images/a.png'), { width: 100, height: 50 });
    await writePicture(join(folder, 'valid/images/b.png'));
    await writePicture(join(folder, 'valid/images/c.png'));
    const dataset = await readDataset(folder);
    expect(dataset.labels).toEqual(['car', 'dog']);
    expect(selectSplit(dataset, 'train').samples[0]!.annotations).toEqual([
      { box: [37.5, 12.5, 62.5, 37.5], classId: 1 },
      { box: [10, 10, 30, 30], classId: 0 },
    ]);
    expect(selectSplit(dataset, 'val').samples.map(({ annotations }) => annotations)).toEqual([[], []]);
    expect(dataset.faults.map(({ kind, effect }) => [kind, effect])).toEqual([['no-labels', 'kept']]);
  });

  it('names file and line of every bad label', async () => {
    const rows = [
      '0 0.5 0.5 0.2 0.2',
      '5 0.5 0.5 0.2 0.2',
      '0 0.5 x 0.2 0.2',
      '0 0.5 0.5 0 0.2',
      '0 2 2 0.1 0.1',
      '0 0.5',
    ];
    const folder = folderWith({
      'classes.txt': 'car\n',
      'labels/a.txt': [...rows, rows[0], '0.5 0.5 0.5 0.2 0.2', '0 0.5 0.5 nan 0.1'].join('\n'),
      'labels/gone.txt': rows[0]!,
      'labels/broken.txt': rows[0]!,
      'images/broken.jpg': 'no picture at all',
    });
    await writePicture(join(folder, 'images/a.png'));
    expect(await faultsOf(folder, folder)).toEqual([
      'labels/a.txt:2 unknown-class (object skipped)',
      'labels/a.txt:3 malformed (object skipped)',
      'labels/a.txt:4 zero-area (object skipped)',
      'labels/a.txt:5 outside (object skipped)',
      'labels/a.txt:6 malformed (object skipped)',
      'labels/a.txt:8 malformed (object skipped)',
      'labels/a.txt:9 malformed (object skipped)',
      'labels/a.txt:7 duplicate-object (object skipped)',
      'images/broken.jpg unreadable-image (picture skipped)',
      'labels/gone.txt missing-image (picture skipped)',
    ]);
  });

  it('reads landmarks by kpt_shape and their mirror by flip_idx', async () => {
    const folder = folderWith({
      'data.yaml': 'names: [face]\nkpt_shape: [2, 3]\nflip_idx: [1, 0]\ntrain: images\n',
      'labels/a.txt': '0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.75 0.5 0\n0 0.5 0.5 0.5 0.5\n',
    });
    await writePicture(join(folder, 'images/a.png'), { width: 100, height: 100 });
    const dataset = await readDataset(folder);
    expect(dataset.mirrored).toEqual([1, 0]);
    expect(dataset.samples[0]!.annotations.map(({ landmarks }) => landmarks)).toEqual([
      [
        [25, 50, 2],
        [75, 50, 0],
      ],
    ]);
    expect(dataset.faults).toMatchObject([{ kind: 'malformed', line: 2 }]);
  });

  it.each([
    ['a broken file', 'names: [a\ntrain: x', /data\.yaml:\d: no valid YAML/],
    ['no classes', 'train: images\nnc: 3', /data\.yaml:1: names: expected/],
    ['a missing folder', 'names: [a]\n\ntrain: nowhere', /data\.yaml:3: train: expected a folder or list; no nowhere/],
    ['a bad landmark shape', 'names: [a]\nkpt_shape: 5\n', /data\.yaml:2: kpt_shape/],
  ])('refuses %s with its line', async (_, text, message) => {
    await expect(readDataset(folderWith({ 'data.yaml': text }))).rejects.toThrow(message);
  });
});

describe('Pascal VOC', () => {
  const object = (name: string, box: readonly (number | string)[], more = ''): string =>
    `<object>\n<name>${name}</name>${more}<bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin>` +
    `<xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox>\n</object>\n`;
  const file = (...objects: string[]): string =>
    `<annotation>\n<filename>a.png</filename>\n<size><width>64</width><height>48</height></size>\n${objects.join('')}</annotation>\n`;

  it('reads inclusive pixels that count from 1, flags and splits', async () => {
    const folder = folderWith({
      'Annotations/a.xml': file(
        object('dog', [1, 1, 64, 48], '<difficult>1</difficult>'),
        object('cat', [11, 11, 20, 20], '<truncated>1</truncated>'),
      ),
      'ImageSets/Main/val.txt': 'a\n',
    });
    await writePicture(join(folder, 'JPEGImages/a.png'));
    const dataset = await readDataset(folder);
    expect(dataset.labels).toEqual(['cat', 'dog']);
    expect(dataset.samples).toMatchObject([
      {
        split: 'val',
        annotations: [
          { box: [0, 0, 64, 48], classId: 1, difficult: true },
          { box: [10, 10, 20, 20], classId: 0, truncated: true },
        ],
      },
    ]);
  });

  it('takes corners as they are in a set that counts from 0', async () => {
    const folder = folderWith({ 'a.xml': file(object('dog', [0, 5, 10, 20])) });
    await writePicture(join(folder, 'a.png'));
    expect((await readDataset(folder)).samples[0]!.annotations[0]!.box).toEqual([0, 5, 10, 20]);
  });

  it('names file and line of every bad object and skips broken files', async () => {
    const folder = folderWith({
      'a.xml': file(object('dog', [2, 3, 10, 20]), object('dog', ['x', 3, 10, 20]), object('dog', [9, 3, 4, 20])),
      'b.xml': '<annotation>\n<object>\n</annotation>',
      'c.xml': file(object('dog', [2, 3, 10, 20]))
        .replace('a.png', 'gone.png')
        .replace('<width>64', '<width>60'),
      'd.xml': '<other/>',
      'e.xml': file().replace('a.png', 'e.png').replace('<width>64', '<width>60'),
    });
    await writePicture(join(folder, 'a.png'));
    await writePicture(join(folder, 'e.png'));
    expect(await faultsOf(folder, folder)).toEqual([
      'b.xml:3 malformed (picture skipped)',
      'd.xml:1 malformed (picture skipped)',
      'a.xml:7 malformed (object skipped)',
      'a.xml:10 zero-area (object skipped)',
      'c.xml missing-image (picture skipped)',
      'e.xml size-mismatch (picture skipped)',
    ]);
  });
});

describe('readDataset', () => {
  it('refuses what it cannot tell', async () => {
    await expect(readDataset('/nowhere/at/all')).rejects.toThrow(/no such file/);
    await expect(readDataset(folderWith({ 'notes.txt': 'x' }))).rejects.toThrow(/expected COCO/);
  });

  it.each(['jpeg', 'webp', 'png', 'tiff'] as const)('reads the upright size of a turned %s', async (format) => {
    const folder = folderWith({ 'classes.txt': 'a', 'labels/x.txt': '0 0.5 0.5 1 1' });
    await writePicture(join(folder, 'plain.png'), { width: 60, height: 40 });
    await mkdir(join(folder, 'images'));
    const turned = sharp(join(folder, 'plain.png')).withMetadata({ orientation: 6 });
    await turned.toFile(join(folder, 'images', `x.${format}`));
    const { samples } = await readDataset(folder);
    const upright = await sharp(join(folder, 'images', `x.${format}`))
      .autoOrient()
      .toBuffer({ resolveWithObject: true });
    const sample = samples.find(({ file }) => file.includes('images'))!;
    expect(sample.size).toEqual({ width: upright.info.width, height: upright.info.height });
  });

  it.skipIf(!shared).each([
    ['detect/highway', 'yolo', 2183, 4695],
    ['detect/coco288', 'coco', 288, 2383],
    ['detect/bccd', 'voc', 364, 4888],
    ['landmarks/mtfl', 'landmarks', 9980, 9980],
    ['faces/wider120', 'coco', 120, 1860],
  ])('reads %s whole', async (folder, format, pictures, objects) => {
    const dataset = await readDataset(sharedPath(folder));
    const count = dataset.samples.reduce((sum, { annotations }) => sum + annotations.length, 0);
    expect([dataset.format, dataset.samples.length, count]).toEqual([format, pictures, objects]);
  });
});

describe('relabel', () => {
  it('keeps what each picture is labelled for, and is unsure where one name means two', async () => {
    const folder = folderWith({
      'classes.txt': 'Car\nbike\ncat',
      'labels/a.txt': '0 0.5 0.5 1 1\n1 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.1 0.1',
    });
    await writePicture(join(folder, 'images/a.png'));
    const renamed = { Car: 'car', bike: ['bicycle', 'motorbike'] };
    const { labels, samples } = relabel(await readDataset(folder), ['person', 'bicycle', 'motorbike', 'car'], renamed);
    expect(labels).toEqual(['person', 'bicycle', 'motorbike', 'car']);
    expect(samples[0]!.labelled).toEqual([3]);
    expect(samples[0]!.annotations.map(({ classId, difficult }) => [classId, difficult ?? false])).toEqual([
      [3, false],
      [1, true],
      [2, true],
    ]);
    expect(() => relabel({ labels: ['a'], samples: [] } as never, ['b'], { a: 'c' })).toThrow(/no label "c"/);
  });

  it('finds mirrored landmarks by their names', () => {
    expect(mirroredLandmarks(['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'])).toEqual([1, 0, 2, 4, 3]);
    expect(mirroredLandmarks(['Left', 'tail'])).toEqual([0, 1]);
  });
});
