import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { NO_AUGMENTATION } from '#dataset/augmentation/policy.js';
import { checkDataset } from '#dataset/check.js';
import { nearPairs } from '#dataset/fingerprint.js';
import { Loader } from '#dataset/loader.js';
import { checkPage } from '#dataset/pages/check-page.js';
import { previewPage } from '#dataset/pages/preview-page.js';
import { readDataset } from '#dataset/read-dataset.js';
import { statisticsOf } from '#dataset/statistics.js';
import { shared, sharedPath } from '../support/shared.js';
import { folderWith, writePicture } from './support.js';

/** A picture with some structure, another one for every seed. */
function patches(width: number, height: number, seed: number): Uint8Array {
  const random = new Random(40, seed);
  const levels = Array.from({ length: 3 * 64 }, () => random.below(256));
  return Uint8Array.from({ length: 3 * width * height }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return levels[3 * (Math.floor((8 * y) / height) * 8 + Math.floor((8 * x) / width)) + (at % 3)]!;
  });
}

async function leaky(): Promise<string> {
  const folder = folderWith({
    'data.yaml': 'train: train/images\nval: val/images\nnames: [cat, <dog>]\n',
    'train/labels/a.txt': '0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.51\n1 0.5 0.5 0.5 0.5\n',
    'train/labels/b.txt': '1 0.2 0.2 0.1 0.1\n',
    'train/labels/c.txt': '',
    'train/labels/d.txt': '',
    'val/labels/copy.txt': '',
    'val/labels/small.txt': '',
  });
  const size = { width: 120, height: 90 };
  for (const [n, name] of ['a', 'b', 'c', 'd'].entries()) {
    await writePicture(join(folder, `train/images/${name}.jpg`), { ...size, pixels: patches(120, 90, n) });
  }
  await writePicture(join(folder, 'val/images/copy.jpg'), { ...size, pixels: patches(120, 90, 9) });
  copyFileSync(join(folder, 'train/images/a.jpg'), join(folder, 'val/images/copy.jpg'));
  await sharp(join(folder, 'train/images/b.jpg'))
    .resize(80)
    .jpeg({ quality: 60 })
    .toFile(join(folder, 'val/images/small.jpg'));
  truncateSync(join(folder, 'train/images/d.jpg'), readFileSync(join(folder, 'train/images/d.jpg')).length - 400);
  return folder;
}

describe('checkDataset', () => {
  it('finds leaks between splits, exact and rescaled, objects labelled twice and files cut short', async () => {
    const dataset = await readDataset(await leaky());
    const seen: number[] = [];
    const faults = await checkDataset(dataset, { onProgress: (done) => seen.push(done) });
    expect(faults.map(({ kind, effect, file }) => [kind, effect, file.split('/').at(-1)])).toEqual([
      ['duplicate-object', 'kept', 'a.txt'],
      ['unreadable-image', 'picture skipped', 'd.jpg'],
      ['split-leakage', 'kept', 'copy.jpg'],
      ['near-split-leakage', 'kept', 'small.jpg'],
    ]);
    expect([...seen].sort((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('says on which lines an object that is labelled twice stands, and shows its picture', async () => {
    const folder = await leaky();
    const dataset = await readDataset(folder);
    expect(dataset.faults).toEqual([
      {
        kind: 'duplicate-object',
        effect: 'kept',
        file: join(folder, 'train/labels/a.txt'),
        line: 2,
        picture: join(folder, 'train/images/a.jpg'),
        message: 'two boxes of cat in a.jpg with an IoU of 0.98: [30, 22.5, 90, 67.5] (line 1) and [30, 22.1, 90, 68]',
      },
    ]);
    const html = await checkPage(dataset, dataset.faults, { pictures: 1 });
    expect(html).toContain('a.txt:2');
  });

  it('counts what there is', async () => {
    const statistics = statisticsOf(await readDataset(await leaky()));
    expect(statistics).toMatchObject({ pictures: 6, objects: 4, empty: 4, splits: { train: 4, val: 2 } });
    expect(statistics.classes[1]).toMatchObject({
      label: '<dog>',
      objects: 2,
      pictures: 2,
      small: 1,
      medium: 1,
      large: 0,
    });
    expect(statistics.objectsPerPicture.slice(0, 4)).toEqual([4, 1, 0, 1]);
    expect(statisticsOf({ samples: [], labels: ['a'] })).toMatchObject({
      pictures: 0,
      classes: [{ medianSize: [0, 0] }],
    });
  });

  it('writes a page that needs nothing else and escapes what it shows', async () => {
    const dataset = await readDataset(await leaky());
    const html = await checkPage(dataset, await checkDataset(dataset));
    expect(html).toContain('&#60;dog&#62;');
    expect(html).not.toContain('<dog>');
    expect(html.match(/data:image\/jpeg;base64,/g)!.length).toBeGreaterThan(5);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).toContain('near-split-leakage');
  });

  it('previews batches', async () => {
    const dataset = await readDataset(await leaky());
    const sizes = [{ width: 64, height: 64 }];
    const loader = new Loader({
      dataset,
      batch: 2,
      sizes,
      seed: 1,
      epochs: 1,
      policy: NO_AUGMENTATION,
      workers: 1,
      shuffle: false,
    });
    const html = await previewPage(loader, dataset);
    expect(html.match(/<figure>/g)).toHaveLength(6);
    expect(html.match(/<rect [^>]*fill="none"/g)).toHaveLength(4);
  });

  it.skipIf(!shared)('finds the leak in real photographs', async () => {
    const dataset = await readDataset(sharedPath('detect/bccd'));
    const faults = await checkDataset(dataset);
    expect(faults.filter(({ kind }) => kind === 'near-split-leakage')).toHaveLength(1);
    expect(faults.filter(({ kind }) => kind === 'duplicate-object')).toHaveLength(7);
  });
});

describe('nearPairs', () => {
  it('equals comparing every pair', () => {
    const random = new Random(12);
    const base = Array.from({ length: 30 }, () => [random.uint32(), random.uint32()] as [number, number]);
    const prints = Array.from({ length: 200 }, (_, n) => {
      const hash = [...random.pick(base)] as [number, number];
      for (let flips = random.below(6); flips > 0; flips--) hash[random.below(2)]! ^= 1 << random.below(32);
      return { exact: `${n}`, hash: hash.map((word) => word >>> 0) as [number, number], thumbnail: new Uint8Array(4) };
    });
    const bits = (word: number) => [...(word >>> 0).toString(2)].filter((bit) => bit === '1').length;
    const slow = prints.flatMap((left, n) =>
      prints.flatMap((right, m) =>
        m > n && bits(left.hash[0] ^ right.hash[0]) + bits(left.hash[1] ^ right.hash[1]) <= 3 ? [[n, m]] : [],
      ),
    );
    expect(nearPairs(prints)).toEqual(slow);
    expect(slow.length).toBeGreaterThan(50);
  });
});
