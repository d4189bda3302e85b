// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of lookout itself
import { describe, expect, it } from 'vitest';
import { readYaml } from '#config/yaml-file.js';
import { faultsOf, fileOf } from './files.js';

const read = (content: string | Uint8Array) => readYaml(fileOf(content), {});
const problems = (content: string) =>
  read(content).faults.map(({ where, problem }) => `${where.replace(/^.*\.yaml/, '')} ${problem}`);

describe('a YAML file', () => {
  it.each([
    ['nothing', '', {}],
    ['a comment only', '# nothing yet\n', {}],
    ['an explicit nothing', '~\n', {}],
    ['an end of document', 'a: 1\n...\n', { a: 1 }],
    ['Windows line ends', 'a: 1\r\nb:\r\n  c: x\r\n', { a: 1, b: { c: 'x' } }],
    ['a byte order mark', '\uFEFFa: 1\n', { a: 1 }],
    ['flow style', 'a: {b: [1, null, "x"]}', { a: { b: [1, null, 'x'] } }],
    ['words that YAML 1.1 took for booleans', 'a: off\nb: yes\n', { a: 'off', b: 'yes' }],
    ['keys that are numbers', '1: a\ntrue: b\n', { 1: 'a', true: 'b' }],
    ['an anchor that nothing refers to', 'a: &x 1\n', { a: 1 }],
    ['a value that is left out', 'a:\n', { a: null }],
  ])('may hold %s', (_, content, value) => {
    const located = read(content);
    expect(located.faults).toEqual([]);
    expect(located.value).toEqual(value);
  });

  it.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', [':3:1 expected each key once, got it a second time here']],
    ['a tab as indentation', 'a:\n\tb: 1\n', [':2:1 expected spaces for indentation, got a tab']],
    ['an alias', 'a: &x 1\nb: *x\n', [':2:4 expected the value itself, got the alias *x: write it out']],
    [
      'a merge key',
      'a: {b: 1}\n<<: {c: 2}\n',
      [':2:1 expected a name as key, got a merge key (<<): write the values out'],
    ],
    ['a second document', 'a: 1\n---\nb: 2\n', [':2:1 expected one document, got another one after ---']],
    ['a list at the top', '- a\n- b\n', [':1:1 expected keys and values at the top (key: value)']],
    ['a text at the top', '\n hello\n', [':2:2 expected keys and values at the top (key: value)']],
    ['a directive', '%YAML 1.1\n---\na: yes\n', [':1:1 expected no %YAML directive: files are YAML 1.2']],
    ['a tag of its own', 'a: !secret x\n', [':1:4 expected no tag, got !secret']],
    ['a key that is a list', '? [a, b]\n: 1\n', [':1:3 expected a name as key, got something else']],
    ['a key that would change every object', '__proto__: {a: 1}\n', [':1:1 expected a name as key, got __proto__']],
    [
      'a list that is not closed',
      'a: [1, 2\nb: 3\n',
      [':2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'a reference inside brackets without quotes',
      'a: [${B}]\n',
      [':1:6 Missing , or : between flow sequence items (inside [ ] and { } put references in quotes)'],
    ],
    ['wrong indentation', 'a:\n    b: 1\n  c: 2\n', [':3:1 All mapping items must start at the same column']],
  ])('must not hold %s', (_, content, expected) => {
    expect(problems(content)).toEqual(expected);
  });

  it('goes on after a repeated key, and stops where it is not understood', () => {
    expect(read('a: 1\na: 2\n').isReadable).toBe(true);
    expect(read('a: [1\n').isReadable).toBe(false);
  });

  it('cannot be made to explode by aliases', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]`);
    const { faults } = read(`a0: &a0 x\n${levels.join('\n')}\n`);
    expect(faults).toHaveLength(300);
    expect(faults[0]!.problem).toContain('got the alias *a0');
  });

  it.each([
    ['in brackets', '['.repeat(20_000)],
    ['in braces', '{a: '.repeat(20_000)],
    ['in lists', `${'- '.repeat(20_000)}x`],
    ['just too deep', `a: ${'['.repeat(70)}${']'.repeat(70)}`],
  ])('is refused when nested too deeply: %s', (_, content) => {
    expect(problems(content).length).toBeGreaterThan(0);
    expect(problems(content)[0]).toMatch(/nested (too deeply to be read|deeper than 64 levels)$/);
  });

  it.each([
    ['a missing file', () => '/no/such/file.yaml', 'FILE: there is no such file'],
    ['a folder', () => '/tmp', 'FILE: expected a file, got a folder'],
    ['a huge file', () => fileOf(`a: ${'x'.repeat(1 << 18)}`), 'FILE: expected at most 262144 bytes, got 262147'],
    ['UTF-16', () => fileOf(Buffer.from('\uFEFFa: 1\n', 'utf16le')), 'FILE: expected a text in UTF-8, got other bytes'],
    [
      'broken UTF-8',
      () => fileOf(new Uint8Array([97, 58, 32, 0xc3, 0x28])),
      'FILE: expected a text in UTF-8, got other bytes',
    ],
  ])('that cannot be read is named: %s', (_, arrange, expected) => {
    const file = arrange();
    expect(faultsOf(() => readYaml(file, {}), file)).toEqual([expected]);
  });
});
