import { describe, expect, it } from 'vitest';
import { colourOf, contrast, textColourOn } from '#vision/colours.js';

const LABELS = Array.from({ length: 500 }, (_, i) => `label ${i}`);

describe('colours of labels', () => {
  it('are the same for the same label', () => {
    expect(colourOf('forklift')).toEqual(colourOf('forklift'));
    expect(colourOf('person').hex).toBe('#e69f00');
    expect(colourOf('Person')).toEqual(colourOf('person'));
  });

  it('tell the labels of a street apart', () => {
    const street = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck', 'face'];
    expect(new Set(street.map((label) => colourOf(label).hex)).size).toBe(street.length);
  });

  it('spread unknown labels over all of them', () => {
    const counts = new Map<string, number>();
    for (const label of LABELS) counts.set(colourOf(label).hex, (counts.get(colourOf(label).hex) ?? 0) + 1);
    expect(counts.size).toBe(7);
    expect(Math.min(...counts.values())).toBeGreaterThan(LABELS.length / 7 / 2);
  });

  it('give hex and channels of one and the same colour, the empty label too', () => {
    for (const label of ['', 'person', 'größe', ...LABELS]) {
      const { red, green, blue, hex } = colourOf(label);
      expect(`#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`).toBe(hex);
    }
  });

  it('carry text that is easy to read: WCAG AA, 4.5 to 1', () => {
    for (const label of LABELS) {
      const colour = colourOf(label);
      const text = textColourOn(colour);
      expect(['#000000', '#ffffff']).toContain(text.hex);
      expect(contrast(colour, text)).toBeGreaterThanOrEqual(4.5);
    }
    const white = textColourOn({ red: 0, green: 0, blue: 0, hex: '#000000' });
    expect(white.hex).toBe('#ffffff');
    expect(contrast(white, textColourOn(white))).toBeCloseTo(21, 9);
  });
});
