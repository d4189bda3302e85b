import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '#config/pipeline.js';
import { loadRecipe } from '#training/recipe/load-recipe.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { checkSamePlan, checkSpace, recipeDigest } from '#training/tune/check-plan.js';
import { nextAssignment, type Outcome, ranked } from '#training/tune/halving.js';
import { drawTrial, tuneSchema, withTrial } from '#training/tune/space.js';
import { tune } from '#training/tune/tune.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';

const options = { trials: 9, rounds: 3, keep: 3, firstEpochs: 2 };

/** Runs the search to its end on scores that are known beforehand. */
function search(scoreOf: (trial: number, round: number) => number, known: Outcome[] = []): Outcome[] {
  const outcomes = [...known];
  for (let next = nextAssignment(options, outcomes); next; next = nextAssignment(options, outcomes)) {
    outcomes.push({ trial: next.trial, round: next.round, score: scoreOf(next.trial, next.round) });
  }
  return outcomes;
}

describe('successive halving', () => {
  it('gives the best third three times the epochs, down to one', () => {
    const outcomes = search((trial) => trial);
    expect(outcomes.map(({ trial, round }) => `${round}:${trial}`)).toEqual([
      ...Array.from({ length: 9 }, (_, trial) => `0:${trial}`),
      '1:8',
      '1:7',
      '1:6',
      '2:8',
    ]);
    expect(nextAssignment(options, [])).toEqual({ trial: 0, round: 0, epochs: 2 });
    expect(nextAssignment(options, outcomes.slice(0, 9))).toEqual({ trial: 8, round: 1, epochs: 6 });
    expect(ranked(outcomes)[0]).toMatchObject({ trial: 8, round: 2 });
  });

  it('goes on where it was stopped, wherever that was', () => {
    const whole = search((trial, round) => ((trial * 7) % 9) + round);
    for (let stopped = 0; stopped <= whole.length; stopped++) {
      expect(search((trial, round) => ((trial * 7) % 9) + round, whole.slice(0, stopped))).toEqual(whole);
    }
  });

  it('puts failed trials last, and keeps one even if all failed', () => {
    expect(search((trial) => (trial === 4 ? 0.1 : Number.NaN)).at(-1)).toMatchObject({ trial: 4, round: 2 });
    expect(search(() => Number.NaN).at(-1)).toMatchObject({ trial: 0, round: 2 });
  });
});

describe.skipIf(!shared)('a search', () => {
  it('ranks its trials, goes on where it was stopped, and counts failed ones', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lookout-tune-'));
    const recipe = recipeSchema.parse({
      kind: 'train',
      data: { folders: [copyPictures(folder, 4)] },
      model: { size: 64 },
      batch: 2,
      threads: 1,
      loaders: 1,
      validation: { every: 100 },
    });
    const space = { 'optimiser.rate': [0.001, 1e9], batch: [2, 4] };
    const plan = tuneSchema.parse({
      kind: 'tune',
      recipe: 'x',
      trials: 4,
      rounds: 2,
      keep: 2,
      firstEpochs: 1,
      seed: 3,
      space,
    });
    const begun: string[] = [];
    const stop = new AbortController();
    const search = (signal: AbortSignal, resume: boolean) =>
      tune({
        plan,
        recipe,
        folder: join(folder, 'runs'),
        resume,
        signal,
        tell: () => {},
        begins: ({ trial, round }) => begun.push(`${round}:${trial}`),
        ends: () => begun.length === 3 && stop.abort(),
      });
    expect(await search(stop.signal, false)).toHaveLength(3);
    await expect(search(new AbortController().signal, false)).rejects.toThrow(/--resume/);
    const outcomes = await search(new AbortController().signal, true);
    expect(outcomes).toHaveLength(4 + 2);
    expect(begun.slice(0, 4)).toEqual(['0:0', '0:1', '0:2', '0:3']);
    const tooFast = outcomes.filter(({ values }) => values['optimiser.rate'] === 1e9);
    expect(tooFast.length).toBeGreaterThan(0);
    for (const { fault, round } of tooFast) {
      expect(round).toBe(0);
      expect(fault).toContain('rate');
    }
    expect(outcomes[0]).toMatchObject({ round: 1, epochs: 2 });
    rmSync(folder, { recursive: true });
  }, 90_000);
});

describe('a plan is judged before its first run', () => {
  const recipe = recipeSchema.parse({ kind: 'train' });
  const planOf = (space: object, more = {}) =>
    tuneSchema.parse({ kind: 'tune', recipe: 'x', trials: 6, space, ...more });

  it.each([
    [
      'a key that the recipe does not have',
      { 'optimiser.rat': [1, 2] },
      /space: optimiser\.rat: the recipe has no such key/,
    ],
    [
      'fractions of a whole number',
      { batch: { low: 4, high: 16 } },
      /space: batch: the recipe takes none of the values/,
    ],
    ['words that are none', { 'loss.box': ['iou'] }, /space: loss\.box: .*got iou/],
  ])('%s', (_, space, fault) => {
    expect(() => checkSpace(planOf(space), recipe)).toThrow(fault);
  });

  it('a value among others that fails is a trial that fails', () => {
    expect(() => checkSpace(planOf({ batch: [4, 8.5], 'optimiser.rate': [0.001, 1e9] }), recipe)).not.toThrow();
  });

  it('outcomes of another space, seed or length, or of another recipe, are not gone on with', () => {
    const space = { batch: [4, 8, 16, 32], 'optimiser.rate': { low: 0.001, high: 0.01 } };
    const plan = planOf(space);
    const known = [0, 1].map((trial) => ({
      trial,
      round: 0,
      epochs: plan.firstEpochs,
      values: drawTrial(plan, trial),
      recipe: recipeDigest(recipe),
      score: 0.1,
      AP50: 0.2,
    }));
    const check = (other: typeof plan, by = recipe) =>
      checkSamePlan({ plan: other, recipe: by, folder: 'runs/x' }, known);
    expect(() => check(plan)).not.toThrow();
    expect(() => check(planOf(space, { trials: 9 }))).not.toThrow();
    expect(() => check(plan, { ...recipe, name: 'other', epochs: 7 })).not.toThrow();
    expect(() => check(plan, { ...recipe, batch: 3 })).toThrow(/runs\/x holds a search around another recipe/);
    for (const other of [planOf(space, { seed: 2 }), planOf(space, { firstEpochs: 6 }), planOf({ batch: [64] })]) {
      expect(() => check(other)).toThrow(/--resume: runs\/x holds the search of another plan/);
    }
  });
});

describe('the plan that ships', () => {
  it('varies keys that the recipe has', () => {
    const { data: plan } = loadPipeline('pipelines/tune-detector.yaml', { tune: tuneSchema });
    const recipe = loadRecipe(join('pipelines', plan.recipe));
    for (let trial = 0; trial < plan.trials; trial++) {
      expect(recipeSchema.safeParse(withTrial(recipe, drawTrial(plan, trial))).success).toBe(true);
    }
  });
});

describe('the space of trials', () => {
  const plan = tuneSchema.parse({
    kind: 'tune',
    recipe: 'train.yaml',
    space: {
      'optimiser.rate': { low: 0.0001, high: 0.1, scale: 'log' },
      'loss.box': ['ciou', 'giou'],
      'loss.boxWeight': { low: 1, high: 2 },
    },
  });

  it('draws every trial from a stream of its own, the first being the recipe itself', () => {
    expect(drawTrial(plan, 0)).toEqual({});
    expect(drawTrial(plan, 5)).toEqual(drawTrial(plan, 5));
    expect(drawTrial(plan, 5)).not.toEqual(drawTrial(plan, 6));
  });

  it('stays within its limits and spreads evenly over a log scale', () => {
    const rates = Array.from({ length: 400 }, (_, n) => drawTrial(plan, n + 1)['optimiser.rate'] as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.0001);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
    const below = rates.filter((rate) => rate < Math.sqrt(0.0001 * 0.1)).length;
    expect(below).toBeGreaterThan(160);
    expect(below).toBeLessThan(240);
  });

  it('changes the recipe by path, and refuses paths that it does not have', () => {
    const recipe = { optimiser: { rate: 1 }, loss: { box: 'ciou', boxWeight: 1 }, batch: 16 };
    expect(withTrial(recipe, { 'optimiser.rate': 2, batch: 8 })).toEqual({
      ...recipe,
      optimiser: { rate: 2 },
      batch: 8,
    });
    expect(recipe.optimiser.rate).toBe(1);
    for (const path of ['optimiser.speed', 'optimiser.rate.x', 'nothing.at.all', 'toString']) {
      expect(() => withTrial(recipe, { [path]: 1 })).toThrow(/no such key/);
    }
  });

  it('refuses ranges that are none', () => {
    const withRange = (range: object) => tuneSchema.safeParse({ ...plan, space: { x: range } }).success;
    expect(withRange({ low: 1, high: 2 })).toBe(true);
    expect(withRange({ low: 2, high: 1 })).toBe(false);
    expect(withRange({ low: 0, high: 1, scale: 'log' })).toBe(false);
    expect(withRange([])).toBe(false);
  });
});
