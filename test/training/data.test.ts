import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareData } from '#training/data/prepare-data.js';
import { recipeSchema } from '#training/recipe/recipe.js';

/** Pictures by what is in them; `car*` is a difficult one, which only COCO can say. */
const PICTURES = [['car'], ['bicycle', 'car'], ['bus'], [], ['bicycle*'], ['bus', 'bus']];
const LABELS = ['bicycle', 'bus', 'car'];

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-data-'));
  mkdirSync(join(folder, 'images'));
  const image = { create: { width: 64, height: 48, channels: 3 as const, background: '#667' } };
  await Promise.all(
    PICTURES.map((_, n) =>
      sharp(image)
        .jpeg()
        .toFile(join(folder, 'images', `${n}.jpg`)),
    ),
  );
  const annotations = PICTURES.flatMap((names, n) =>
    names.map((name, k) => ({
      image_id: n + 1,
      category_id: LABELS.indexOf(name.replace('*', '')) + 1,
      bbox: [4 + 20 * k, 5, 12, 20],
      ...(name.endsWith('*') && { difficult: 1 }),
    })),
  );
  const images = PICTURES.map((_, n) => ({ id: n + 1, file_name: `${n}.jpg`, width: 64, height: 48 }));
  const categories = LABELS.map((name, id) => ({ id: id + 1, name }));
  writeFileSync(join(folder, 'instances.json'), JSON.stringify({ images, annotations, categories }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function namesWith(repeat: Record<string, number>, holdBack = 0) {
  const recipe = recipeSchema.parse({ kind: 'train', data: { folders: [folder], repeat, holdBack } });
  const { train, validation } = await prepareData(recipe);
  const names = (samples: typeof train.samples) => samples.map(({ file }) => basename(file, '.jpg')).sort();
  return { train: names(train.samples).join(''), validation: names(validation.samples) };
}

describe('data.repeat', () => {
  it.each([
    ['every picture comes once without it', {}, '012345'],
    ['pictures with a rare class come again', { bus: 3 }, '01222345' + '55'],
    ['the highest number of a picture counts; difficult objects do not ask', { bicycle: 3, car: 2 }, '00111' + '2345'],
    ['once is once', { car: 1 }, '012345'],
  ])('%s', async (_, repeat, expected) => {
    expect((await namesWith(repeat)).train).toBe([...expected].sort().join(''));
  });

  it('leaves what is held back as it is', async () => {
    const plain = await namesWith({}, 0.5);
    const more = await namesWith({ bus: 4, car: 4, bicycle: 4 }, 0.5);
    expect(plain.validation.length).toBeGreaterThan(0);
    expect(more.validation).toEqual(plain.validation);
  });

  it('counts the start of the name of a file as well, the higher number of both', async () => {
    const names = async (data: object) => {
      const parsed = recipeSchema.parse({ kind: 'train', data: { folders: [folder], holdBack: 0, ...data } });
      return (await prepareData(parsed)).train.samples.map(({ file }) => basename(file)).sort();
    };
    const plain = await names({});
    const start = plain[0]!.slice(0, 1);
    const starting = plain.filter((name) => name.startsWith(start));
    expect(await names({ repeatFiles: { [start]: 3 } })).toEqual([...plain, ...starting, ...starting].sort());
    await expect(names({ repeatFiles: { 'not-there': 3 } })).rejects.toThrow('data.repeatFiles: no picture');
  });

  it('names a label that the model does not have', async () => {
    await expect(namesWith({ tram: 2 })).rejects.toThrow('data.repeat: tram is no label');
  });
});
