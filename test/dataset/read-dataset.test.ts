import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readDataset } from '#dataset/read-dataset.js';
import { shared, sharedPath } from '../support/shared.js';
import { folderWith, writePicture } from './support.js';

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
