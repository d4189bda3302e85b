import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareData, type TrainingData } from '#training/data/prepare-data.js';
import { type Recipe, recipeSchema } from '#training/recipe/recipe.js';
import type { TrainingEvent } from '#training/run/events.js';
import { loadRun } from '#training/run/state.js';
import type { TrainingTask } from '#training/run/task.js';
import { TrainingRun } from '#training/run/training-run.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';
import { type Trouble, toyTask } from './support/toy-task.js';

describe.skipIf(!shared)('a training run', () => {
  let folder: string;
  let data: TrainingData;
  let runs = 0;

  const recipeOf = (more: object = {}): Recipe =>
    recipeSchema.parse({
      kind: 'train',
      data: { folders: [join(folder, 'data')] },
      model: { size: 64 },
      augmentation: { preset: 'none' },
      schedule: { kind: 'constant', warmup: 0 },
      progressive: [],
      validation: { every: 1 },
      optimiser: { rate: 1 },
      batch: 2,
      epochs: 3,
      threads: 1,
      loaders: 1,
      ...more,
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-run-'));
    copyPictures(folder, 4);
    data = await prepareData(recipeOf());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function runOf(
    task: TrainingTask,
    more: object = {},
    { signal, now }: { signal?: AbortSignal; now?: () => number } = {},
  ) {
    const events: TrainingEvent[] = [];
    const place = join(folder, `run${runs++}`);
    const run = new TrainingRun({
      recipe: recipeOf(more),
      data,
      anchors: [],
      task,
      folder: place,
      tell: (event) => events.push(event),
      ...(signal && { signal }),
      ...(now && { now }),
    });
    const result = await run.run();
    const saved = await loadRun(join(place, 'last.ckpt'));
    return { events, result, parameter: saved.arrays.get('parameters')![0]!, saved };
  }
  const troubled = (trouble: Trouble, more: object = {}) => runOf(toyTask(trouble), more);

  it('takes every step of every epoch at the rate of the recipe', async () => {
    const { parameter, result, saved } = await troubled({});
    expect(result.reason).toBe('finished');
    expect(parameter).toBeCloseTo(1 - 6 * 0.1, 6);
    expect(saved.position).toMatchObject({ epoch: 3, step: 0, steps: 6, rollbacks: 0 });
    expect(saved.position.history.map(({ losses }) => Number(losses.total!.toFixed(4)))).toEqual([0.95, 0.75, 0.55]);
  });

  it('takes back a step whose loss is not finite, says which, and goes on at half the rate', async () => {
    const { events, parameter } = await troubled({ loss: [3] });
    const [rolled] = events.filter(({ kind }) => kind === 'rolled-back');
    expect(rolled).toMatchObject({ step: 3, parts: ['total NaN'], rateFactor: 0.5 });
    expect(rolled).toMatchObject({ pictures: [expect.stringMatching(/^train_000\d\.jpg$/), expect.any(String)] });
    expect(parameter).toBeCloseTo(1 - 2 * 0.1 - 3 * 0.05, 6);
  });

  it('goes back to the last sound state when an update has spoilt the parameters', async () => {
    const { events, parameter } = await troubled({ update: [4] }, { checkpoint: { seconds: 0 } });
    expect(events.filter(({ kind }) => kind === 'rolled-back')).toHaveLength(0);
    expect(parameter).toBeCloseTo(1 - 5 * 0.1, 6);
    const later = await troubled({ update: [4] }, { checkpoint: { seconds: 1000 }, validation: { every: 100 } });
    expect(later.events.filter(({ kind }) => kind === 'rolled-back')).toHaveLength(1);
    expect(Number.isFinite(later.parameter)).toBe(true);
  });

  it('gives up after three rollbacks', async () => {
    await expect(troubled({ loss: [1, 2, 3, 4] })).rejects.toThrow(/gave up at step 4: total NaN after 3 rollbacks/);
  });

  it('stops when the validation pictures see no progress any more', async () => {
    // Right in the first epoch, blind from then on.
    const truth = data.validation.samples.map(({ annotations }) => annotations);
    const task = toyTask({}, (n) =>
      n < truth.length ? truth[n]!.map(({ classId }) => ({ box: [0, 0, 64, 64], classId, score: 0.9 })) : [],
    );
    const { events, result } = await runOf(task, { epochs: 20, validation: { every: 1, patience: 2 } });
    expect(result.reason).toBe('patience');
    expect(result.position.epoch).toBe(3);
    const looks = events.filter((event) => event.kind === 'validated');
    expect(looks.map(({ isBest }) => isBest)).toEqual([true, false, false]);
  });

  it('ends when its time is up, and fits its schedule to the time', async () => {
    const task = toyTask({});
    const schedule = { kind: 'cosine', warmup: 0, final: 0 };
    // Ten minutes for each step: its clock moves when its feeds are made.
    let minutes = 0;
    const feeds = task.stepFeeds;
    task.stepFeeds = (batch, control) => {
      minutes += 10;
      return feeds(batch, control);
    };
    const more = { epochs: 100_000, minutes: 100, schedule, validation: { every: 100_000 } };
    const { result } = await runOf(task, more, { now: () => 60_000 * minutes });
    expect(result.reason).toBe('time');
    expect(task.steps).toHaveLength(10);
    task.steps.forEach(({ rate }, n) => {
      // Waiting for the loader counts too, in real time: seconds, on a busy machine.
      expect(rate).toBeCloseTo((1 + Math.cos((Math.PI * n) / 10)) / 2, 1);
    });
  });

  it('is interrupted between two steps, with everything in the checkpoint', async () => {
    const stop = new AbortController();
    const task = toyTask({});
    const feeds = task.stepFeeds;
    task.stepFeeds = (batch, control) => {
      if (task.steps.length === 2) stop.abort();
      return feeds(batch, control);
    };
    const { result, saved, parameter } = await runOf(task, {}, { signal: stop.signal });
    expect(result.reason).toBe('interrupted');
    expect(saved.position).toMatchObject({ epoch: 1, step: 1, steps: 3 });
    expect(parameter).toBeCloseTo(0.7, 6);
  });

  it('changes the input size where the recipe says so', async () => {
    const progressive = [{ until: 0.5, scale: 0.5 }];
    const { events } = await troubled({}, { epochs: 4, progressive });
    const phases = events.filter((event) => event.kind === 'phase');
    expect(phases.map(({ epoch, sizes }) => [epoch, sizes])).toEqual([
      [0, [32]],
      [2, [64]],
    ]);
    const sizes = events.filter((event) => event.kind === 'step').map(({ size }) => size);
    expect(sizes).toEqual([32, 32, 32, 32, 64, 64, 64, 64]);
  });
});
