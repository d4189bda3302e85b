// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lookout's own references
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keys } from '#config/keys.js';
import { loadSettings } from '#config/load.js';
import { settingsSchema } from '#config/settings.js';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { damagedYaml } from '../support/damaged-yaml.js';
import { fileOf } from './files.js';

const ROUNDS = 500;
const original = readFileSync('config/lookout.yaml');
describe(`${ROUNDS} corrupted files`, () => {
  it('each give settings or a clear error, never a crash', () => {
    let loaded = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const file = fileOf(damagedYaml(original, new Random(20_26, round)));
      try {
        const { settings } = loadSettings({ file, env: { HOME: '/home' } });
        expect(settingsSchema.safeParse(settings).success, `round ${round}`).toBe(true);
        loaded++;
      } catch (error) {
        if (!(error instanceof LookoutError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error });
        expect(error.kind, `round ${round}`).toBe('config');
        const lines = error.message
          .split('\n')
          .filter((line) => !/^\d+ faults in the configuration:$|^and \d+ more$/.test(line));
        for (const line of lines) {
          expect(line.startsWith(file), `round ${round}: ${line}`).toBe(true);
          expect(line.slice(file.length), `round ${round}`).toMatch(/^(:\d+:\d+)?: .{5,}/);
        }
      }
    }
    expect(loaded, 'both outcomes are exercised').toBeGreaterThan(20);
    expect(loaded).toBeLessThan(ROUNDS - 20);
  });

  it('and as many corrupted variables and arguments', () => {
    const words = [
      '',
      ' ',
      'null',
      'true',
      '-1',
      '1e999',
      'NaN',
      '0.5',
      'a=b',
      'a=0.5,b',
      '=',
      ',',
      ';',
      'a;b,c',
      '[1]',
      '__proto__=1',
      '${HOME}',
      '💥',
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(7, round);
      const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
      const env = { [pick(keys).variable]: pick(words) + pick(words), HOME: '/home' };
      const args = [{ name: pick(keys).name, value: pick(words) + pick(words), flag: '--x' }];
      try {
        expect(
          settingsSchema.safeParse(loadSettings({ file: fileOf('', 'empty.yaml'), env, args }).settings).success,
        ).toBe(true);
      } catch (error) {
        if (!(error instanceof LookoutError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error });
        expect(error.message, `round ${round}`).toMatch(/LOOKOUT_|--x/);
      }
    }
  });
});
