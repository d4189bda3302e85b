import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset } from '#dataset/read-dataset.js';
import { faultsOf, folderWith, writePicture } from './support.js';

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
