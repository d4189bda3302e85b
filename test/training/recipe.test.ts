import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { loadRecipe, withOverrides } from '#training/recipe/load-recipe.js';
import { recipeSchema } from '#training/recipe/recipe.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'train.yaml');

function refusal(text: string): string {
  writeFileSync(file, text);
  try {
    loadRecipe(file);
  } catch (error) {
    if (error instanceof LookoutError && error.kind === 'config') return error.message.replaceAll(file, 'train.yaml');
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('the recipe', () => {
  it('that ships is the manual: it holds every key with its default', () => {
    const shipped = parse(readFileSync('pipelines/train-detector.yaml', 'utf8'));
    const { description: _, ...rest } = recipeSchema.parse(shipped);
    expect(rest).toEqual(recipeSchema.parse({ kind: 'train' }));
    const keysOf = (value: unknown): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner).map((name) => `${key}.${name}`)])
        : [];
    const shippedKeys = keysOf(shipped);
    expect(keysOf(rest).filter((key) => !shippedKeys.includes(key))).toEqual([]);
  });

  it('counts its paths from its own place', () => {
    writeFileSync(file, 'kind: train\ndata: { folders: [pictures] }\ntransfer: { from: old.ckpt }\n');
    const recipe = loadRecipe(file);
    expect(recipe.data.folders).toEqual([join(folder, 'pictures')]);
    expect(recipe.transfer.from).toBe(join(folder, 'old.ckpt'));
  });

  it.each([
    ['kind: train\nmodel:\n  size: 300\n', 'train.yaml:3:9: model.size'],
    ['kind: train\nmodel: { architecture: tinny }\n', 'did you mean tiny?'],
    ['kind: train\noptimizer:\n  rate: 1\n', 'train.yaml:2:1: optimizer: unknown key; did you mean optimiser?'],
    ['kind: train\nepochs: many\n', 'train.yaml:2:9: epochs: expected a whole number from 1 to 100000, got'],
    ['kind: train\nprogressive:\n  - { until: 0.5, scale: 0.7 }\n  - { until: 0.4, scale: 0.8 }\n', 'train.yaml:4:14'],
    ['kind: train\nmultiScale: [256]\n', 'train.yaml:2:14: multiScale'],
    ['kind: train\ntransfer: { cacheFeatures: true }\n', 'transfer.cacheFeatures'],
    ['kind: train\naugmentation: { scale: [2, 1] }\n', 'train.yaml:2:24: augmentation.scale'],
    ['kind: detect\n', 'train.yaml:1:7: kind: expected one of train'],
    ['[]', 'train.yaml:1:1'],
  ])('is refused with the place: %j', (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  it('takes what the command line says instead', () => {
    writeFileSync(file, 'kind: train\nepochs: 5\ntransfer: { freeze: [stem] }\n');
    const recipe = withOverrides(loadRecipe(file), { data: ['/pictures'], minutes: 3, from: '/m.onnx' });
    expect(recipe).toMatchObject({ epochs: 5, minutes: 3, transfer: { from: '/m.onnx', freeze: ['stem'] } });
    expect(recipe.data.folders).toEqual(['/pictures']);
    expect(() => withOverrides(recipe, { epochs: 0 })).toThrow();
    expect(() => withOverrides(recipe, { freeze: [], cacheFeatures: true })).toThrow(/^--cache-features: /);
  });

  it('survives 500 damaged ones: each is read, or refused with file and line', () => {
    const text = readFileSync('pipelines/train-detector.yaml', 'utf8');
    const random = new Random(61);
    const pieces = [
      'null',
      '-1',
      '1e99',
      '.nan',
      '[',
      '}',
      ': ',
      '\t',
      '"',
      '*a',
      '&a',
      '<<: ',
      '\u0000',
      'ä',
      '- ',
      '{a: b}',
      '',
    ];
    for (let round = 0; round < 500; round++) {
      let damaged = text;
      for (let hit = 0; hit <= random.below(3); hit++) {
        const at = random.below(damaged.length);
        damaged = damaged.slice(0, at) + random.pick(pieces) + damaged.slice(at + random.below(12));
      }
      writeFileSync(file, damaged);
      try {
        loadRecipe(file);
      } catch (error) {
        expect(error).toBeInstanceOf(LookoutError);
        expect((error as LookoutError).kind).toBe('config');
        expect((error as LookoutError).message).toMatch(/train\.yaml:\d+:\d+/);
      }
    }
  });
});
