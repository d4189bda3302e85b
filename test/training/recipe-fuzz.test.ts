import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { loadRecipe } from '#training/recipe/load-recipe.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { damagedYaml } from '../support/damaged-yaml.js';

const ROUNDS = 500;
const folder = mkdtempSync(join(tmpdir(), 'lookout-recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe(`${ROUNDS} seeded corruptions of recipes`, () => {
  it('each give a recipe, or every fault with file and line', () => {
    const file = join(folder, 'recipe.yaml');
    const originals = ['detector', 'highway'].map((name) => readFileSync(`pipelines/train-${name}.yaml`));
    let loaded = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(31, round);
      writeFileSync(file, damagedYaml(random.pick(originals), random));
      try {
        expect(recipeSchema.safeParse(loadRecipe(file)).success, `round ${round}`).toBe(true);
        loaded++;
      } catch (error) {
        if (!(error instanceof LookoutError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error });
        expect(error.kind, `round ${round}`).toBe('config');
        const lines = error.message
          .split('\n')
          .filter((line) => !/^\d+ faults in the configuration:$|^and \d+ more$/.test(line));
        for (const line of lines) expect(line, `round ${round}`).toMatch(/recipe\.yaml(:\d+:\d+)?: .{5,}/);
      }
    }
    expect(loaded, 'both outcomes are exercised').toBeGreaterThan(20);
    expect(loaded).toBeLessThan(ROUNDS - 20);
  });
});
