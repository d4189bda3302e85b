import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { Fit } from '#core/card.js';
import { Random } from '#core/random.js';
import {
  type LetterboxOptions,
  landmarkToInput,
  landmarkToSource,
  letterbox,
  pictureSize,
  toInput,
  toSource,
} from '#vision/letterbox.js';

const size = (width: number, height: number) => ({ width, height });

/** The padding of each side and the picture, as Python's `round` and `int` make them in the reference repositories. */
function reference({ source, input, fit, sampleAspect = 1 }: LetterboxOptions): number[] {
  if (fit === 'stretch') return [input.width, input.height, 0, 0];
  const shown = source.width * sampleAspect;
  const r = Math.min(input.height / source.height, input.width / shown);
  if (fit === 'letterbox-top-left') {
    // Where r * side falls short of the input only by rounding, the side fills the input.
    const int = (value: number) => Math.trunc(Math.abs(value - Math.round(value)) < 1e-9 ? Math.round(value) : value);
    return [Math.max(1, int(shown * r)), Math.max(1, int(source.height * r)), 0, 0];
  }
  const [width, height] = [Math.max(1, python(shown * r)), Math.max(1, python(source.height * r))];
  const [dw, dh] = [(input.width - width) / 2, (input.height - height) / 2];
  return [width, height, python(dw - 0.1) + 0, python(dh - 0.1) + 0];
}

/** Python's `round`: half to even. */
function python(value: number): number {
  const [low, high] = [Math.floor(value), Math.ceil(value)];
  if (value - low < high - value) return low;
  if (value - low > high - value) return high;
  return low % 2 === 0 ? low : high;
}

describe('a letterbox', () => {
  it.each<[string, Fit, number[], number[], number, number[]]>([
    // why, fit, source, input, sample aspect, [picture width, height, left, top]
    ['wide picture, bars above and below', 'letterbox', [1920, 1080], [640, 640], 1, [640, 360, 0, 140]],
    ['high picture, bars at the sides', 'letterbox', [1080, 1920], [640, 640], 1, [360, 640, 140, 0]],
    ['exactly the input', 'letterbox', [640, 640], [640, 640], 1, [640, 640, 0, 0]],
    ['a small picture grows', 'letterbox', [32, 16], [640, 640], 1, [640, 320, 0, 160]],
    ['odd padding: the odd pixel goes below', 'letterbox', [640, 363], [640, 640], 1, [640, 363, 0, 138]],
    ['half a pixel rounds to even, down', 'letterbox', [200, 101], [100, 100], 1, [100, 50, 0, 25]],
    ['half a pixel rounds to even, up', 'letterbox', [200, 103], [100, 100], 1, [100, 52, 0, 24]],
    ['input that is not square', 'letterbox', [1920, 1080], [320, 240], 1, [320, 180, 0, 30]],
    ['all padding right and below, truncated', 'letterbox-top-left', [1000, 563], [416, 416], 1, [416, 234, 0, 0]],
    ['truncated, not rounded', 'letterbox-top-left', [200, 103], [100, 100], 1, [100, 51, 0, 0]],
    ['stretched', 'stretch', [1920, 1080], [352, 352], 1, [352, 352, 0, 0]],
    ['PAL DV shown at 4:3', 'letterbox', [720, 576], [640, 640], 16 / 15, [640, 480, 0, 80]],
    ['anamorphic and stretched all the same', 'stretch', [720, 576], [352, 352], 16 / 11, [352, 352, 0, 0]],
    ['a line of pixels keeps one pixel', 'letterbox', [4000, 1], [640, 640], 1, [640, 1, 0, 319]],
  ])('%s', (_why, fit, source, input, sampleAspect, expected) => {
    const options = { source: size(source[0], source[1]), input: size(input[0], input[1]), fit, sampleAspect };
    const box = letterbox(options);
    const picture = pictureSize(box);
    expect([picture.width, picture.height, box.left, box.top]).toEqual(expected);
    expect(reference(options)).toEqual(expected);
  });

  it('has the same picture and padding as the reference repositories for every size', () => {
    const random = new Random(3);
    for (let i = 0; i < 3000; i++) {
      const options = {
        source: size(1 + random.below(4000), 1 + random.below(3000)),
        input: random.chance(0.5) ? size(640, 640) : size(32 * (1 + random.below(20)), 32 * (1 + random.below(20))),
        fit: random.pick<Fit>(['letterbox', 'letterbox-top-left', 'stretch']),
        sampleAspect: random.pick([1, 1, 16 / 15, 12 / 11, 4 / 3, 0.5]),
      };
      const box = letterbox(options);
      const picture = pictureSize(box);
      expect([picture.width, picture.height, box.left, box.top], JSON.stringify(options)).toEqual(reference(options));
    }
  });

  it('maps the edges of the source to the edges of the picture, exactly', () => {
    const box = letterbox({ source: size(1001, 563), input: size(640, 640), fit: 'letterbox' });
    const { width, height } = pictureSize(box);
    const [x1, y1, x2, y2] = toInput([0, 0, 1001, 563], box);
    expect([x1, y1]).toEqual([box.left, box.top]);
    expect(x2).toBeCloseTo(box.left + width, 9);
    expect(y2).toBeCloseTo(box.top + height, 9);
  });

  it('brings boxes and landmarks there and back', () => {
    const random = new Random(4);
    for (let i = 0; i < 500; i++) {
      const source = size(16 + random.below(2000), 16 + random.below(2000));
      const fit = random.pick<Fit>(['letterbox', 'letterbox-top-left', 'stretch']);
      const where = letterbox({ source, input: size(416, 320), fit, sampleAspect: random.pick([1, 4 / 3]) });
      const [x, y] = [random.between(0, source.width - 8), random.between(0, source.height - 8)];
      const box: Box = [x, y, random.between(x, source.width), random.between(y, source.height)];
      for (const [k, side] of toSource(toInput(box, where), where).entries()) expect(side).toBeCloseTo(box[k], 8);
      const point = landmarkToSource(landmarkToInput([x - 50, y - 50, 0.25], where), where);
      expect(point[0]).toBeCloseTo(x - 50, 8);
      expect(point[1]).toBeCloseTo(y - 50, 8);
      expect(point[2]).toBe(0.25);
    }
  });

  it('clips boxes to the source', () => {
    const where = letterbox({ source: size(200, 100), input: size(100, 100), fit: 'letterbox' });
    expect(where).toMatchObject({ left: 0, top: 25, scaleX: 0.5, scaleY: 0.5 });
    expect(toSource([-10, 20, 60, 200], where)).toEqual([0, 0, 120, 100]);
    expect(toSource([10, 80, 20, 90], where), 'in the padding: no area').toEqual([20, 100, 40, 100]);
  });

  it.each([
    ['an empty source', { source: size(0, 10), input: size(10, 10) }],
    ['an input of fractions', { source: size(10, 10), input: size(10.5, 10) }],
    ['an aspect of zero', { source: size(10, 10), input: size(10, 10), sampleAspect: 0 }],
    ['an unknown aspect', { source: size(10, 10), input: size(10, 10), sampleAspect: Number.NaN }],
  ])('refuses %s', (_why, options) => {
    expect(() => letterbox({ fit: 'letterbox', ...options })).toThrow(RangeError);
  });
});
