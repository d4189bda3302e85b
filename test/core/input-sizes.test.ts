import { describe, expect, it } from 'vitest';
import type { Card } from '#core/card.js';
import { inputSizes, type ShapedSize, sizeFor } from '#core/input-sizes.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import { letterbox } from '#vision/letterbox.js';
import { card as plain } from '../support/fakes.js';

function cardOf(size: Size, strides = [8, 16, 32]): Pick<Card, 'input' | 'decoder'> {
  return {
    input: { ...plain.input, size, adapts: true },
    decoder: { kind: 'yolox', output: 'output', strides, raw: true },
  };
}

const shown = (input: Size, source: Size) =>
  Math.min(input.width / source.width, input.height / source.height) * Math.sqrt(source.width * source.height);

describe('the input sizes of a model', () => {
  it('are the one of its card, unless it adapts', () => {
    expect(inputSizes(plain)).toBe(plain.input.size);
    expect(sizeFor(inputSizes(plain), { width: 1920, height: 1080 })).toBe(plain.input.size);
  });

  it('fit the pictures of cameras and photographs', () => {
    const sizes = inputSizes(cardOf({ width: 384, height: 288 }));
    const of = (width: number, height: number, aspect = 1) => {
      const size = sizeFor(sizes, { width, height }, aspect);
      return `${size.width}x${size.height}`;
    };
    expect(of(1920, 1080)).toBe('448x256');
    expect(of(640, 480)).toBe('384x288');
    expect(of(480, 640)).toBe('288x384');
    expect(of(1080, 1920)).toBe('256x448');
    expect(of(500, 500)).toBe('320x352');
    expect(of(720, 576, 16 / 11)).toBe('448x256'); // a wide picture in narrow pixels
    expect(of(10_000, 1)).toBe('576x192');
    expect(of(1, 10_000)).toBe('192x576');
  });

  it('are whole strides, narrow ones first, and no other of as many pixels shows a picture larger', () => {
    const random = new Random(3, 1);
    for (let n = 0; n < 200; n++) {
      const stride = random.pick([32, 64]);
      const size = { width: stride * (2 + random.below(19)), height: stride * (2 + random.below(19)) };
      const sizes = inputSizes(cardOf(size, [8, stride])) as readonly ShapedSize[];
      const most = size.width * size.height * 1.04;
      for (const { size: one } of sizes) {
        expect([one.width % stride, one.height % stride]).toEqual([0, 0]);
        expect(one.width * one.height).toBeLessThanOrEqual(most);
      }
      const limits = sizes.map(({ upTo }) => upTo);
      expect(limits).toEqual([...limits].sort((one, other) => one - other));
      const source = { width: 100 + random.below(1900), height: 100 + random.below(1900) };
      const chosen = shown(sizeFor(sizes, source), source);
      for (const { size: one } of sizes) expect(shown(one, source)).toBeLessThanOrEqual(chosen * (1 + 1e-5));
      expect(shown(size, source)).toBeLessThanOrEqual(chosen * (1 + 1e-5));
    }
  });

  it('leave less padding around a picture of 16:9 than a size for photographs', () => {
    const source = { width: 1280, height: 720 };
    const size = { width: 384, height: 288 };
    const adapted = letterbox({ source, input: sizeFor(inputSizes(cardOf(size)), source), fit: 'letterbox' });
    const before = letterbox({ source, input: size, fit: 'letterbox' });
    expect((adapted.scaleX / before.scaleX) ** 2).toBeGreaterThan(1.35);
  });
});
