import { afterAll, describe, expect, it } from 'vitest';
import { cardOf } from '#runtime/load-model.js';
import { PRESETS } from '#runtime/presets/presets.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard } from '#runtime/verify-card.js';
import { PRESET_CASES } from './preset-cases.js';
import { columns, rawHeads } from './tiny-models.js';

const probe = new Probe();
afterAll(() => probe.close());

const FIXED = { dims: [1, 3, 96, 96] };

describe('a preset and the shapes of a file give the card', () => {
  it.each(PRESET_CASES)('$what', async ({ preset, model, decoder, labels, input }) => {
    const file = model().file();
    const card = await cardOf(file, probe, { preset });
    expect(card.decoder).toMatchObject(decoder);
    if (labels) expect(card.labels).toEqual(labels);
    if (input) expect(card.input).toMatchObject(input);
    expect(() => verifyCard(card, file)).not.toThrow();
  });

  it('covers every preset', () => {
    const covered = new Set(PRESET_CASES.map(({ preset }) => preset));
    expect(PRESETS.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it('says what a preset expected and found', async () => {
    await expect(cardOf(columns(84).file(), probe, { preset: 'scrfd' })).rejects.toThrow(
      /preset scrfd: expected outputs per stride .*; found v\d+ \[1, 84, 189\] for an input of 96x96/,
    );
  });

  it('says how many labels a model needs', async () => {
    const wrong = cardOf(columns(7).file(), probe, { preset: 'yolov8', labels: ['cat'] });
    await expect(wrong).rejects.toThrow(/labels: expected 3, .* found 1 \(cat\)/);
  });

  it('takes the anchors that the user gives', async () => {
    const anchors = [[[4, 4] as const], [[9, 9] as const]];
    const { decoder } = await cardOf(rawHeads([8, 16], 1, 2).file(), probe, { preset: 'yolov5-raw', anchors });
    expect(decoder).toMatchObject({
      heads: [
        { stride: 8, anchors: [[4, 4]] },
        { stride: 16, anchors: [[9, 9]] },
      ],
    });
  });

  it.each([
    [1 / 255, 1],
    [1 / 128, 255],
  ])('divides by 255 unless the graph does: a graph that multiplies by %d is fed pixels / %d', async (factor, std) => {
    const model = columns(84, { ...FIXED, factor });
    const { input } = await cardOf(model.file(), probe, { preset: 'yolov8' });
    expect(input.std).toEqual([std, std, std]);
  });
});
