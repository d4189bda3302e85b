import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Loader } from '#dataset/loader.js';
import { previewPage } from '#dataset/pages/preview-page.js';
import { outputError, writeAtomically } from '#records/files.js';
import { prepareData } from './data/prepare-data.js';
import type { Recipe } from './recipe/recipe.js';
import { policyOf } from './run/phases.js';

/** Batches that the page shows. */
const BATCHES = 2;

/**
 * Writes a page with the first batches of a recipe at its full size, as the network sees them.
 * @returns pictures shown
 * @throws LookoutError kind `config`, `dataset` or `output`
 */
export async function writePreview(recipe: Recipe, file: string): Promise<number> {
  const { train } = await prepareData(recipe);
  const { size } = recipe.model;
  const batch = Math.min(recipe.batch, train.samples.length);
  const loader = new Loader({
    dataset: train,
    batch,
    sizes: [{ width: size, height: size }],
    seed: recipe.seed,
    epochs: recipe.epochs,
    policy: policyOf(recipe),
  });
  try {
    const batches = [];
    for await (const made of loader) if (batches.push(made) === BATCHES) break;
    const page = await previewPage(batches, train);
    await mkdir(dirname(file), { recursive: true }).catch((error) => {
      throw outputError(file, error);
    });
    await writeAtomically(file, (handle) => handle.writeFile(page));
    return batches.length * batch;
  } finally {
    await loader.close();
  }
}
