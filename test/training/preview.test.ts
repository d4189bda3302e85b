import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writePreview } from '#training/preview.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';

it.skipIf(!shared)('the preview shows batches as the recipe varies them, at its size, with their labels', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-preview-'));
  try {
    const data = { folders: [copyPictures(folder, 4)] };
    const file = join(folder, 'deep/see.html');
    const pageOf = async (augmentation: object) => {
      const recipe = { kind: 'train', data, model: { size: 96 }, batch: 4, augmentation };
      expect(await writePreview(recipeSchema.parse(recipe), file)).toBe(8);
      return readFileSync(file, 'utf8');
    };
    const varied = await pageOf({});
    expect(varied.match(/<figure>/g)).toHaveLength(8);
    expect(varied).toContain('96x96');
    expect(varied).toMatch(/train_000\d\.jpg, train_000\d\.jpg/);
    const plain = await pageOf({ preset: 'none' });
    expect(plain).not.toMatch(/train_000\d\.jpg, train_000\d\.jpg/);
    expect(plain).toMatch(/>(bus|car|motorbike|person|truck)<\/text>/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
