import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { keys } from '#config/keys.js';
import { jsonSchema, jsonSchemaText, manual } from '#config/manual.js';
import { settingsSchema } from '#config/settings.js';

const text = readFileSync('config/lookout.yaml', 'utf8');

describe('config/lookout.yaml', () => {
  it('is what `npm run config` writes', () => {
    expect(text).toBe(manual());
  });

  it('holds every key with its default, and nothing else', () => {
    expect(settingsSchema.parse({})).toEqual(parse(text));
    const document = parseDocument(text);
    expect(keys.filter(({ path }) => !document.hasIn(path))).toEqual([]);
  });

  it('says for every key what it is, its variable and its argument', () => {
    const lines = text.split('\n').map((line) => line.trim());
    for (const { name, node, variable } of keys) {
      expect(node.title, `${name} has a title`).toMatch(/^[A-Z].*[^.]$/);
      expect(
        lines.some((line) => line.startsWith('#') && line.includes(`${variable}, `)),
        `${variable} in the manual`,
      ).toBe(true);
    }
  });

  it('means the same to readers of YAML 1.1', () => {
    expect(parse(text, { version: '1.1' })).toEqual(parse(text));
  });

  it('fits a page of 120 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

describe('the names of settings', () => {
  it.each(['variable', 'name'] as const)('are unique: %s', (kind) => {
    const names = keys.map((key) => key[kind]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('include one flag each, none twice', () => {
    const flags = keys.flatMap(({ node }) => [
      node.flag?.split(' ')[0],
      ...(node.alias === undefined ? [] : [node.alias]),
    ]);
    expect(flags).not.toContain(undefined);
    expect(new Set(flags).size).toBe(flags.length);
  });
});

describe('config/lookout.schema.json', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(jsonSchema());

  it('is what `npm run config` writes', () => {
    expect(readFileSync('config/lookout.schema.json', 'utf8')).toBe(jsonSchemaText());
  });

  it('accepts the manual', () => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['nothing', {}, true],
    ['a part', { suppression: { score: 0.5 } }, true],
    ['the limits', { suppression: { score: 1, iou: 0, maxDetections: 1 } }, true],
    ['beyond a limit', { suppression: { score: 1.01 } }, false],
    ['an unknown key', { suppression: { scor: 0.5 } }, false],
    ['an unknown section', { supression: {} }, false],
    ['an unknown word', { device: 'gpu' }, false],
    ['either of two kinds', { workers: 2, threads: 'auto', inputSize: '640x384' }, true],
    ['neither of two kinds', { workers: 'many' }, false],
    ['a wrong list', { output: { formats: [] } }, false],
  ])('judges like lookout itself: %s', (_, value, expected) => {
    expect(validate(value)).toBe(expected);
    expect(settingsSchema.safeParse(value).success).toBe(expected);
  });
});
