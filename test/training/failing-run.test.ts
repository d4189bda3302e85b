import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingRecord } from '#core/training-record.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import type { TrainingEvent } from '#training/run/events.js';
import { trainDetector } from '#training/train-detector.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';

describe.skipIf(!shared)('a run that breaks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-failing-'));
    copyPictures(folder, 4);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const trained = (more: object, tell: (event: TrainingEvent) => void = () => {}) =>
    trainDetector({
      recipe: recipeSchema.parse({
        ...{ kind: 'train', data: { folders: [join(folder, 'data')] }, model: { size: 64 }, batch: 2, epochs: 50 },
        ...{ threads: 1, loaders: 1, cacheMb: 0, checkpoint: { seconds: 0 }, validation: { every: 100 }, ...more },
      }),
      runFolder: join(folder, 'run'),
      modelFolder: join(folder, 'model'),
      resume: false,
      tell,
    });
  const record = () => JSON.parse(readFileSync(join(folder, 'run/run.json'), 'utf8')) as TrainingRecord;

  it('at its beginning names the device that is not there and one that is, and is on record as failed', async () => {
    await expect(trained({ device: 'cuda' })).rejects.toThrow(/^--device cuda: .*--device cpu always works$/);
    expect(record()).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^--device cuda/) });
  });

  it('in the middle says why and how to go on, and is on record as failed', async () => {
    const broken = trained({}, (event) => {
      if (event.kind === 'saved') rmSync(join(folder, 'data'), { recursive: true, force: true });
    });
    await expect(broken).rejects.toThrow(
      /none of 4 pictures can be read.*; go on from the last checkpoint with --resume$/,
    );
    expect(record()).toMatchObject({ state: 'failed', reason: expect.stringMatching(/--resume$/) });
  });
});
