import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { selectSplit } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { faultsOf, folderWith, writePicture } from './support.js';

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
