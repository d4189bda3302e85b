import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { translation } from '#dataset/augmentation/matrix.js';
import { hideBehind, placeAnnotations } from '#dataset/augmentation/place.js';

describe('placeAnnotations', () => {
  const place = (box: Box, x: number) =>
    placeAnnotations(
      [{ box, classId: 3 }],
      { toCanvas: translation(x, 0), crop: [0, 0, 100, 100] },
      { size: { width: 50, height: 50 } },
    );

  it.each<[string, Box, number, { box: Box; difficult?: true } | undefined]>([
    ['inside', [10, 10, 20, 20], 0, { box: [10, 10, 20, 20] }],
    ['half outside', [40, 10, 60, 20], 0, { box: [40, 10, 50, 20] }],
    ['at 30 % it still counts', [35, 10, 85, 20], 0, { box: [35, 10, 50, 20] }],
    ['below 30 % it is not asked for', [36, 10, 86, 20], 0, { box: [36, 10, 50, 20], difficult: true }],
    ['a last sliver is gone', [49.5, 10, 79.5, 20], 0, undefined],
    ['outside', [10, 10, 20, 20], 60, undefined],
    ['touching the edge', [10, 10, 20, 20], 40, undefined],
    ['too small to be seen', [10, 10, 12, 20], 0, { box: [10, 10, 12, 20], difficult: true }],
  ])('%s', (_, box, x, expected) => {
    expect(place(box, x)).toEqual(expected === undefined ? [] : [{ classId: 3, ...expected }]);
  });

  it('hides what is covered', () => {
    const hide = (cover: Box) => hideBehind([{ box: [0, 0, 10, 10], classId: 0, landmarks: [[2, 2, 2]] }], cover);
    expect(hide([20, 0, 30, 10])).toMatchObject([{ landmarks: [[2, 2, 2]] }]);
    expect(hide([0, 0, 5, 10])).toEqual([{ box: [0, 0, 10, 10], classId: 0, landmarks: [[2, 2, 0]] }]);
    expect(hide([0, 0, 6, 10])).toMatchObject([{ difficult: true }]);
    expect(hide([0, 0, 10, 10])).toEqual([]);
  });
});
