import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '#core/card.js';
import { readDataset } from '#dataset/read-dataset.js';
import { openEngine } from '#runtime/engine.js';
import { quantiseDetector } from '#training/export/quantise-detector.js';
import { type Recipe, recipeSchema } from '#training/recipe/recipe.js';
import type { TrainingEvent } from '#training/run/events.js';
import { type TrainResult, trainDetector } from '#training/train-detector.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';

const EPOCHS = 240;

function smallRecipe(data: string): Recipe {
  return recipeSchema.parse({
    kind: 'train',
    name: 'eight',
    data: { folders: [data] },
    model: { size: 160 },
    augmentation: { preset: 'none' },
    optimiser: { rate: 0.004, decay: 0 },
    ema: { decay: 0.9, ramp: 20 },
    batch: 8,
    epochs: EPOCHS,
    validation: { every: 60 },
    threads: 1,
    loaders: 1,
  });
}

describe.skipIf(!shared)('training a detector', () => {
  let folder: string;
  let result: TrainResult;
  const events: TrainingEvent[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-train-'));
    result = await trainDetector({
      recipe: smallRecipe(copyPictures(folder, 8)),
      runFolder: join(folder, 'run'),
      modelFolder: join(folder, 'model'),
      resume: false,
      tell: (event) => events.push(event),
    });
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('learns eight pictures by heart', () => {
    expect(result.run.position.best!.AP50).toBeGreaterThan(0.95);
    expect(result.evaluation!.metrics.AP50).toBeGreaterThan(0.95);
  });

  it('tells its story: start, steps, looks, end, and what takes long afterwards', () => {
    expect(events[0]).toMatchObject({ kind: 'started', trainPictures: 8, validationPictures: 8 });
    expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(EPOCHS);
    const looks = events.filter((event) => event.kind === 'validated');
    expect(looks.map(({ epoch }) => epoch)).toEqual([59, 119, 179, 239]);
    expect(looks.at(-1)!.AP50).toBeGreaterThan(looks[0]!.AP50);
    expect(events.at(-2)).toMatchObject({ kind: 'ended', reason: 'finished', steps: EPOCHS });
    expect(events.at(-1)).toEqual({ kind: 'busy', text: 'writing the model and measuring it on 8 pictures' });
  });

  it('writes a model that the runtime loads and a card that says how it came to be', async () => {
    const card = JSON.parse(readFileSync(join(folder, 'model/card.json'), 'utf8')) as Card;
    expect(card).toEqual(JSON.parse(JSON.stringify(result.card)));
    expect(card.metrics).toMatchObject({ AP50: expect.closeTo(result.evaluation!.metrics.AP50, 3) });
    expect(card.recipe).toMatchObject({
      run: { epochs: EPOCHS },
      data: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(card.recipe!.parity).toMatchObject({ pictures: 8, unmatched: 0 });
    const parity = card.recipe!.parity as { boxes: number; boxPx: number; score: number };
    expect(parity.boxes).toBeGreaterThan(8);
    expect(parity.boxPx).toBeLessThan(0.05);
    expect(parity.score).toBeLessThan(1e-3);
    const engine = await openEngine({
      model: join(folder, 'model'),
      device: 'cpu',
      workers: 1,
      threads: 1,
      cacheDir: false,
    });
    expect(engine.card.labels).toEqual(['bus', 'car', 'motorbike', 'person', 'truck']);
    await engine.close();
  });

  it('writes a report with the curves of the run, and its history', () => {
    const page = readFileSync(join(folder, 'run/report.html'), 'utf8');
    expect(page).toContain('Average precision on the validation pictures');
    expect(page).not.toContain('NaN');
    const lines = readFileSync(join(folder, 'run/history.csv'), 'utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(EPOCHS + 1);
    expect(lines[0]).toBe('epoch,box,objectness,classes,total,AP,AP50,rate,size,trainedSeconds');
  });

  it('can be quantised, which costs next to nothing here', async () => {
    const dataset = await readDataset(join(folder, 'data'));
    const { card, before, after, ms } = await quantiseDetector({
      model: join(folder, 'model'),
      modelsDir: folder,
      folder: join(folder, 'model-int8'),
      calibration: dataset,
      judged: { ...dataset, samples: dataset.samples.filter(({ split }) => split === 'val') },
    });
    expect(after.metrics.AP50).toBeGreaterThan(before.metrics.AP50 - 0.1);
    expect(card.name).toBe('model-int8');
    const written = JSON.parse(readFileSync(join(folder, 'model-int8/card.json'), 'utf8')) as Card;
    expect(written.recipe!.quantisation).toMatchObject({
      from: { name: 'eight' },
      loss: { AP50: expect.any(Number) },
      msBefore: expect.closeTo(ms.before, 1),
    });
    const [float, int8] = ['model', 'model-int8'].map((name) => readFileSync(join(folder, name, 'model.onnx')).length);
    expect(int8!).toBeLessThan(0.35 * float!);
  });

  it('refuses to write over a run', async () => {
    const again = trainDetector({
      recipe: smallRecipe(join(folder, 'data')),
      runFolder: join(folder, 'run'),
      modelFolder: join(folder, 'model'),
      resume: false,
      tell: () => {},
    });
    await expect(again).rejects.toThrow(/--resume/);
  });
});
