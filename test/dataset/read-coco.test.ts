import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { readDataset } from '#dataset/read-dataset.js';
import { faultsOf, folderWith, writePicture } from './support.js';

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
