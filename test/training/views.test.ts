import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import { apply } from '#dataset/augmentation/matrix.js';
import { boxToSource, isCutOff, viewsOf } from '#training/evaluation/views.js';

const source = { width: 640, height: 360 };
const input = { width: 320, height: 320 };

describe('views of a picture', () => {
  it('are the plain letterbox alone unless more is asked for', () => {
    const views = viewsOf(source, { input, fit: 'letterbox' });
    expect(views).toHaveLength(1);
    expect(apply(views[0]!.toInput, 0, 0)).toEqual([0, 70]);
    expect(apply(views[0]!.toInput, 640, 360)).toEqual([320, 250]);
  });

  it('bring boxes back to where they came from', () => {
    const random = new Random(41);
    const views = viewsOf(source, { input, fit: 'letterbox', flip: true, scales: [0.75, 0.5], crops: 2 });
    expect(views).toHaveLength(2 * (1 + 2 + 4));
    for (const view of views) {
      const [x, y] = [random.between(0, 500), random.between(0, 300)];
      const box: Box = [x, y, x + 60, y + 40];
      const [a, b] = [apply(view.toInput, box[0], box[1]), apply(view.toInput, box[2], box[3])];
      const seen: Box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
      boxToSource(seen, view).forEach((value, side) => {
        expect(value).toBeCloseTo(box[side]!, 9);
      });
    }
  });

  it('show every part of the picture in some tile, and fill the input with it', () => {
    const tiles = viewsOf(source, { input, fit: 'letterbox', crops: 3 }).slice(1);
    expect(tiles).toHaveLength(9);
    for (let x = 0.5; x < 640; x += 13) {
      for (let y = 0.5; y < 360; y += 11) {
        expect(tiles.some(({ crop: [x1, y1, x2, y2] }) => x > x1 && x < x2 && y > y1 && y < y2)).toBe(true);
      }
    }
    for (const { toInput, crop } of tiles) {
      expect(apply(toInput, crop[0], 0)[0]).toBeCloseTo(0, 6);
      expect(apply(toInput, crop[2], 0)[0]).toBeCloseTo(320, 0);
    }
  });

  it('tell a box that the tile cuts off from one that ends with the picture', () => {
    const [, topLeft] = viewsOf(source, { input, fit: 'letterbox', crops: 2 });
    const [, , right, bottom] = topLeft!.crop;
    expect(isCutOff([0, 0, 50, 50], topLeft!, source)).toBe(false);
    expect(isCutOff([right - 50, 10, right - 1, 50], topLeft!, source)).toBe(true);
    expect(isCutOff([10, 10, 50, bottom - 0.5], topLeft!, source)).toBe(true);
  });
});
