import { createHash } from 'node:crypto';
import { openSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { NO_AUGMENTATION, STANDARD_AUGMENTATION } from '#dataset/augmentation/policy.js';
import { type Batch, unpackObjects } from '#dataset/batch.js';
import { BatchMaker, orderOfEpoch } from '#dataset/batch-maker.js';
import type { Dataset, Sample } from '#dataset/dataset.js';
import { decodePicture } from '#dataset/decode.js';
import { Loader, type LoaderOptions } from '#dataset/loader.js';
import { closeSharedCache, openSharedCache, PictureCache } from '#dataset/picture-cache.js';
import { folderWith, writePicture } from './support.js';

const PICTURES = 11;
let dataset: Dataset;

beforeAll(async () => {
  const folder = folderWith();
  const random = new Random(1);
  const samples: Sample[] = [];
  for (let n = 0; n < PICTURES; n++) {
    const size = { width: 60 + n, height: 44 };
    const pixels = Uint8Array.from({ length: 3 * size.width * size.height }, () => random.below(256));
    const file = await writePicture(join(folder, `${n}.png`), { ...size, pixels });
    samples.push({ file, size, annotations: [{ box: [10, 10, 40, 30], classId: n % 2 }] });
  }
  dataset = { name: 'noise', format: 'mixed', labels: ['a', 'b'], samples, faults: [] };
});

const options = (more: Partial<LoaderOptions> = {}): LoaderOptions => ({
  dataset,
  batch: 3,
  sizes: [
    { width: 64, height: 64 },
    { width: 96, height: 64 },
  ],
  seed: 5,
  epochs: 2,
  policy: { ...STANDARD_AUGMENTATION, mosaic: { probability: 0.5, closeEpochs: 1 } },
  workers: 1,
  cache: { folder: tmpdir(), megabytes: 1 },
  ...more,
});

function digest({ epoch, step, size, pictures, objects, labelled, sources }: Batch): string {
  const hash = createHash('sha256')
    .update(JSON.stringify({ epoch, step, size, sources }))
    .update(pictures)
    .update(labelled);
  for (const part of Object.values(objects)) hash.update(new Uint8Array(part.buffer));
  return hash.digest('hex');
}

async function digests(more: Partial<LoaderOptions> = {}): Promise<string[]> {
  const loader = new Loader(options(more));
  const all: string[] = [];
  for await (const batch of loader) {
    all.push(digest(batch));
    loader.recycle(batch);
  }
  return all;
}

describe('Loader', () => {
  it('gives the same batches with one thread, three threads, and no room for decoded pictures', async () => {
    const one = await digests();
    expect(one).toHaveLength(6);
    expect(new Set(one).size).toBe(6);
    expect(await digests({ workers: 3, ahead: 5 })).toEqual(one);
    expect(await digests({ cache: { folder: tmpdir(), megabytes: 0 } })).toEqual(one);
    expect(await digests({ seed: 6 })).not.toEqual(one);
  });

  it('continues exactly where it is told to', async () => {
    const all = await digests();
    for (const [n, from] of [
      { epoch: 0, step: 0 },
      { epoch: 0, step: 2 },
      { epoch: 1, step: 0 },
      { epoch: 1, step: 2 },
    ].entries()) {
      expect(await digests({ from }), `case ${n}`).toEqual(all.slice(3 * from.epoch + from.step));
    }
    expect(await digests({ from: { epoch: 2, step: 0 } })).toEqual([]);
  });

  it('shows every picture once an epoch, in another order each time, or in order when asked', async () => {
    const orders: number[][] = [];
    const loader = new Loader(options({ batch: 4, keepLast: true, policy: NO_AUGMENTATION }));
    for await (const { epoch, sources, count } of loader) {
      orders[epoch] = [...(orders[epoch] ?? []), ...sources.map(([own]) => own!)];
      expect(sources).toHaveLength(count);
    }
    const sorted = Array.from({ length: PICTURES }, (_, n) => n);
    expect(orders.map((order) => [...order].sort((left, right) => left - right))).toEqual([sorted, sorted]);
    expect(orders[0]).not.toEqual(orders[1]);
    expect([...orderOfEpoch({ ...dataset, shuffle: false } as never, 3)]).toEqual(sorted);
  });

  it('pads the last batch when it is kept', async () => {
    const loader = new Loader(
      options({
        batch: 4,
        keepLast: true,
        epochs: 1,
        shuffle: false,
        policy: NO_AUGMENTATION,
        sizes: [{ width: 64, height: 64 }],
      }),
    );
    const batches: Batch[] = [];
    for await (const batch of loader) batches.push(batch);
    expect(batches.map(({ count }) => count)).toEqual([4, 4, 3]);
    const last = batches[2]!;
    expect(last.pictures).toHaveLength(4 * 3 * 64 * 64);
    expect(new Set(last.pictures.subarray(3 * 3 * 64 * 64))).toEqual(new Set([114]));
    expect(Math.max(...last.objects.picture)).toBe(2);
  });

  it('feeds the letterbox of the picture, in planes, with its boxes', async () => {
    const loader = new Loader(
      options({ epochs: 1, batch: 1, shuffle: false, policy: NO_AUGMENTATION, sizes: [{ width: 60, height: 60 }] }),
    );
    const { value: batch } = await loader.next();
    await loader.close();
    const { data } = await sharp(dataset.samples[0]!.file).raw().toBuffer({ resolveWithObject: true });
    const plane = 60 * 60;
    for (let y = 0; y < 44; y += 7) {
      for (let x = 0; x < 60; x += 7) {
        for (let c = 0; c < 3; c++)
          expect(batch!.pictures[c * plane + (y + 8) * 60 + x]).toBe(data[3 * (y * 60 + x) + c]);
      }
    }
    expect(batch!.pictures[0]).toBe(114);
    expect(unpackObjects(batch!, 0)).toEqual([{ box: [10, 18, 40, 38], classId: 0 }]);
  });

  it('draws heavy pictures more often', () => {
    const weights = dataset.samples.map((_, n) => (n === 4 ? 5 : 0.6));
    const counts = new Array<number>(PICTURES).fill(0);
    for (let epoch = 0; epoch < 100; epoch++) {
      for (const index of orderOfEpoch({ samples: dataset.samples, seed: 1, shuffle: true, weights } as never, epoch))
        counts[index]!++;
    }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100 * PICTURES);
    expect(counts[4]! / 100).toBeCloseTo(5, 0);
    expect(counts[0]! / 100).toBeCloseTo(0.6, 0);
  });

  it('masks classes that a picture is not labelled for, and mixes only what is labelled alike', async () => {
    const samples = dataset.samples.map((sample, n) => (n < 6 ? { ...sample, labelled: [1] } : sample));
    const loader = new Loader(options({ dataset: { ...dataset, samples }, epochs: 1, batch: 11 }));
    const { value: batch } = await loader.next();
    await loader.close();
    batch!.sources.forEach(([own, ...others], n) => {
      expect([...batch!.labelled.subarray(2 * n, 2 * n + 2)]).toEqual(own! < 6 ? [0, 1] : [1, 1]);
      for (const other of others) expect(other < 6).toBe(own! < 6);
    });
  });

  it('lets another picture stand in for one that cannot be read, and says so', async () => {
    const folder = folderWith({ 'bad.png': 'no picture' });
    const cut = await writePicture(join(folder, 'cut.png'), { width: 50, height: 50 });
    writeFileSync(cut, (await sharp(dataset.samples[0]!.file).png().toBuffer()).subarray(0, 900));
    const bad = [join(folder, 'bad.png'), join(folder, 'gone.png'), cut].map((file) => ({
      ...dataset.samples[0]!,
      file,
    }));
    const loader = new Loader(
      options({ dataset: { ...dataset, samples: [...bad, ...dataset.samples] }, epochs: 1, batch: 2 }),
    );
    let batches = 0;
    for await (const batch of loader) batches += batch.sources.length;
    expect(batches).toBe(14);
    expect([...loader.stats.unreadable].sort()).toEqual(bad.map(({ file }) => file).sort());
  });

  it('fails clearly when nothing can be read or one batch cannot be filled', async () => {
    const samples = dataset.samples.map((sample) => ({ ...sample, file: '/nowhere.png' }));
    const loader = new Loader(options({ dataset: { ...dataset, samples } }));
    await expect(loader.next()).rejects.toThrow(/none of 11 pictures can be read/);
    expect((await loader.next()).done).toBe(true);
    expect(() => new Loader(options({ batch: 12 }))).toThrow(LookoutError);
  });

  it('runs on with the buffers that it gets back, and ends for good', async () => {
    const loader = new Loader(options({ epochs: 50, ahead: 2, sizes: [{ width: 64, height: 64 }] }));
    for (let n = 0; n < 20; n++) {
      const { value } = await loader.next();
      expect(value!.pictures.buffer.byteLength).toBe(3 * 3 * 64 * 64);
      loader.recycle(value!);
    }
    expect(loader.stats.batches).toBe(20);
    expect(loader.stats.firstWaitMs).toBeGreaterThan(0);
    await loader.close();
    await loader.close();
    expect((await loader.next()).done).toBe(true);
  });
});

describe('PictureCache', () => {
  const picture = (level: number, width: number) => ({
    width,
    height: 40,
    data: new Uint8Array(3 * 40 * width).fill(level),
  });

  it('keeps what fits, once, and says so', () => {
    const shared = openSharedCache(3, 0.01, folderWith());
    const [cache, other] = [new PictureCache(shared), new PictureCache(shared)];
    expect(cache.put(0, picture(7, 60))).toBe(true);
    expect(other.put(0, picture(9, 60))).toBe(true);
    expect(cache.put(1, picture(8, 60))).toBe(false);
    expect(other.get(0)).toEqual(picture(7, 60));
    expect(cache.get(1)).toBeUndefined();
    expect(cache.get(2)).toBeUndefined();
    closeSharedCache(shared);
  });

  it('holds one picture of each thread in memory, and leaves no file behind', () => {
    const folder = folderWith();
    const shared = openSharedCache(2, 1, folder);
    expect(readdirSync(folder)).toEqual([]);
    const cache = new PictureCache(shared);
    cache.put(0, picture(7, 60));
    cache.put(1, picture(3, 20));
    const first = cache.get(0)!;
    expect(first).toEqual(picture(7, 60));
    expect(cache.get(1)).toEqual(picture(3, 20));
    expect(first.data.buffer).toBe(cache.get(1)!.data.buffer);
    closeSharedCache(shared);
  });

  it('keeps nothing where it has no room at all, or the disk takes no more', () => {
    const none = new PictureCache(openSharedCache(1, 0, 'nowhere'));
    expect(none.put(0, picture(7, 60))).toBe(false);
    const shared = openSharedCache(1, 1, folderWith());
    closeSharedCache(shared);
    const full = new PictureCache({ ...shared, file: openSync('/dev/full', 'r+') });
    expect(full.put(0, picture(7, 60))).toBe(false);
    expect(full.get(0)).toBeUndefined();
  });
});

describe('decodePicture', () => {
  it.each<[string, (image: Sharp) => Sharp, string]>([
    ['grey', (image) => image.greyscale(), 'png'],
    ['transparent', (image) => image.ensureAlpha(0.5), 'png'],
    ['16-bit', (image) => image.toColourspace('rgb16'), 'png'],
    ['CMYK', (image) => image.toColourspace('cmyk'), 'jpg'],
    ['palette', (image) => image.png({ palette: true }), 'png'],
  ])('decodes %s pictures to three bytes a pixel', async (_, change, ending) => {
    const folder = folderWith();
    const plain = await writePicture(join(folder, 'plain.png'), { width: 40, height: 30, rgb: [200, 60, 60] });
    const file = join(folder, `changed.${ending}`);
    await change(sharp(plain)).toFile(file);
    const picture = await decodePicture(file, { width: 40, height: 30 }, 40);
    expect([picture.width, picture.height, picture.data.length]).toEqual([40, 30, 3600]);
  });

  it('turns pictures upright and shrinks what is larger than needed', async () => {
    const folder = folderWith();
    const plain = await writePicture(join(folder, 'plain.png'), { width: 80, height: 40 });
    await sharp(plain).withMetadata({ orientation: 6 }).toFile(join(folder, 'turned.jpg'));
    const upright = { width: 40, height: 80 };
    expect(await decodePicture(join(folder, 'turned.jpg'), upright, 80)).toMatchObject(upright);
    expect(await decodePicture(join(folder, 'turned.jpg'), upright, 40)).toMatchObject({ width: 20, height: 40 });
    await expect(decodePicture(plain, upright, 80)).rejects.toThrow(/decoded to 80x40x3, expected 40x80x3/);
  });

  it('gives equal batches from a maker without threads', async () => {
    const plan = {
      ...options(),
      samples: dataset.samples,
      classCount: 2,
      landmarkCount: 0,
      policy: NO_AUGMENTATION,
      shuffle: true,
      keepLast: false,
    };
    const make = async () => digest(await new BatchMaker(plan).make(1, 1, new ArrayBuffer(3 * 3 * 96 * 64)));
    const [first, second] = [await make().catch(String), await make().catch(String)];
    expect(first).toBe(second);
  });
});
