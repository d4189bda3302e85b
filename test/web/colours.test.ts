import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Colour, contrast } from '#vision/colours.js';

/** The colours of one theme: of the first block, or of the block with this selector, over the first. */
function theme(selector: string): Record<string, string> {
  const text = readFileSync('src/web/styles/tokens.css', 'utf8');
  const blockOf = (start: string) => text.slice(text.indexOf(start)).split('}')[0]!;
  const read = (block: string) =>
    Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
  return { ...read(blockOf(':root {')), ...read(blockOf(selector)) };
}

function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return { red: value >> 16, green: (value >> 8) & 255, blue: value & 255, hex };
}

type Pair = readonly [on: string, ground: string];

const TEXTS: readonly Pair[] = [
  ...['ground', 'surface', 'raised', 'sunken'].flatMap((ground): Pair[] => [
    ['text', ground],
    ['muted', ground],
  ]),
  ['accent', 'surface'],
  ['accent', 'accent-soft'],
  ['text', 'accent-soft'],
  ['muted', 'accent-soft'],
  ['accent-text', 'accent'],
  ['bad', 'surface'],
  ['text', 'bad-soft'],
  ['muted', 'bad-soft'],
  ['surface', 'bad'],
  ['ground', 'text'],
];
const MARKS: readonly Pair[] = [
  ...['good', 'busy', 'bad', 'idle', 'line-strong', 'accent'].map((mark) => [mark, 'surface'] as Pair),
  ['line-strong', 'sunken'],
  ['accent', 'ground'],
];

describe.each([
  ['light', ':root {'],
  ['dark', ':root[data-theme="dark"]'],
  ['dark by the system', ':root[data-theme="auto"]'],
])('the %s theme', (_, selector) => {
  const colours = theme(selector);
  const ratio = (a: string, b: string) => contrast(colour(colours[a]!), colour(colours[b]!));

  it.each(TEXTS)('%s can be read on %s (WCAG 2.2 AA: 4.5)', (text, ground) => {
    expect(ratio(text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(MARKS)('%s shows on %s (WCAG 2.2 AA: 3)', (mark, ground) => {
    expect(ratio(mark, ground)).toBeGreaterThanOrEqual(3);
  });
});

it('the dark theme is the same by choice and by the system', () => {
  expect(theme(':root[data-theme="auto"]')).toEqual(theme(':root[data-theme="dark"]'));
});
