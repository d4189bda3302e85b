import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import { areaOf, ciou, diou, giou, iou } from '#vision/iou.js';

const UNIT: Box = [0, 0, 1, 1];

describe('overlap of two boxes', () => {
  it.each<[string, Box, Box, number, number, number]>([
    // why, a, b, IoU, GIoU, DIoU
    ['the same box', UNIT, UNIT, 1, 1, 1],
    ['half covered', [0, 0, 2, 2], [1, 0, 3, 2], 1 / 3, 1 / 3, 1 / 3 - 1 / 13],
    ['a quarter of each', [0, 0, 2, 2], [1, 1, 3, 3], 1 / 7, 1 / 7 - 2 / 9, 1 / 7 - 2 / 18],
    ['one inside the other', [0, 0, 4, 4], [1, 1, 3, 3], 1 / 4, 1 / 4, 1 / 4],
    ['only an edge in common', UNIT, [1, 0, 2, 1], 0, 0, -1 / 5],
    ['apart', UNIT, [3, 0, 4, 1], 0, -2 / 4, -9 / 17],
    ['an empty box inside', UNIT, [0.5, 0.5, 0.5, 0.5], 0, 0, 0],
    ['an inverted box counts as empty', UNIT, [1, 1, 0, 0], 0, 0, 0],
    ['two equal points', [2, 2, 2, 2], [2, 2, 2, 2], 0, 0, 0],
    ['two points apart on a diagonal', [0, 0, 0, 0], [3, 4, 3, 4], 0, -1, -1],
    ['negative coordinates', [-2, -2, 0, 0], [-1, -2, 1, 0], 1 / 3, 1 / 3, 1 / 3 - 1 / 13],
  ])('%s', (_why, a, b, expectedIou, expectedGiou, expectedDiou) => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(iou(first, second)).toBeCloseTo(expectedIou, 12);
      expect(giou(first, second)).toBeCloseTo(expectedGiou, 12);
      expect(diou(first, second)).toBeCloseTo(expectedDiou, 12);
    }
  });

  it('CIoU adds the difference of shapes to DIoU', () => {
    const wide: Box = [0, 0, 4, 1];
    const high: Box = [0, 0, 1, 4];
    const v = (4 / Math.PI ** 2) * (Math.atan(4) - Math.atan(1 / 4)) ** 2;
    const overlap = 1 / 7;
    const expected = diou(wide, high) - (v / (1 - overlap + v)) * v;
    expect(ciou(wide, high)).toBeCloseTo(expected, 12);
    expect(ciou(wide, high)).toBeLessThan(diou(wide, high));
  });

  it('CIoU of boxes of one shape is their DIoU', () => {
    expect(ciou([0, 0, 4, 2], [1, 1, 9, 5])).toBe(diou([0, 0, 4, 2], [1, 1, 9, 5]));
    expect(ciou(UNIT, UNIT)).toBe(1);
    expect(ciou([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0);
  });

  it('IoU equals counting cells', () => {
    const random = new Random(1);
    const box = (): Box => {
      const [x, y] = [random.below(12), random.below(12)];
      return [x, y, x + random.below(9), y + random.below(9)];
    };
    const cells = ([x1, y1, x2, y2]: Box) => {
      const inside = new Set<number>();
      for (let x = x1; x < x2; x++) for (let y = y1; y < y2; y++) inside.add(x * 100 + y);
      return inside;
    };
    for (let i = 0; i < 500; i++) {
      const [a, b] = [box(), box()];
      const [inA, inB] = [cells(a), cells(b)];
      const shared = [...inA].filter((cell) => inB.has(cell)).length;
      const union = inA.size + inB.size - shared;
      expect(iou(a, b)).toBeCloseTo(union > 0 ? shared / union : 0, 12);
      expect(areaOf(a)).toBe(inA.size);
      expect(giou(a, b)).toBeLessThanOrEqual(iou(a, b));
      expect(diou(a, b)).toBeLessThanOrEqual(iou(a, b));
      expect(ciou(a, b)).toBeLessThanOrEqual(diou(a, b) + 1e-12);
    }
  });

  it('all four do not change with the unit or the origin', () => {
    const random = new Random(2);
    for (let i = 0; i < 100; i++) {
      const box = (): Box => {
        const [x, y] = [random.between(0, 10), random.between(0, 10)];
        return [x, y, x + random.between(0.1, 9), y + random.between(0.1, 9)];
      };
      const [a, b] = [box(), box()];
      const moved = (value: Box): Box => value.map((side, k) => side * 8 + (k % 2 === 0 ? 64 : -32)) as unknown as Box;
      for (const measure of [iou, giou, diou, ciou]) {
        expect(measure(moved(a), moved(b))).toBeCloseTo(measure(a, b), 9);
        expect(measure(a, b)).toBeCloseTo(measure(b, a), 12);
      }
    }
  });
});
