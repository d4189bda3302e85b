import { describe, expect, it } from 'vitest';
import type { Detection } from '#core/detection.js';
import { contains, createZoneFilter, type Polygon } from '#vision/zones.js';

const frame = { width: 200, height: 100 };
const lower: Polygon = [
  [0, 0.5],
  [1, 0.5],
  [1, 1],
  [0, 1],
];
const notched: Polygon = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0.5, 0.2],
  [0, 1],
];

function at(x: number, y: number): Detection {
  return { box: [x - 4, y - 4, x + 4, y + 4], classId: 0, label: 'person', score: 0.9 };
}

describe('a polygon', () => {
  it.each([
    ['inside', lower, [0.5, 0.75], true],
    ['outside', lower, [0.5, 0.25], false],
    ['on the upper edge', lower, [0.5, 0.5], true],
    ['on the lower edge', lower, [0.5, 1], false],
    ['in the notch of a concave one', notched, [0.5, 0.6], false],
    ['beside the notch', notched, [0.1, 0.5], true],
  ] as const)('knows what it contains: %s', (_, polygon, point, expected) => {
    expect(contains(polygon, point)).toBe(expected);
  });
});

describe('zones and masks', () => {
  it('are nothing to apply where there are none', () => {
    expect(createZoneFilter({})).toBeUndefined();
  });

  it('keep what has its centre in a zone and in no mask', () => {
    const mask: Polygon = [
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [0, 1],
    ];
    const [above, left, right] = [at(100, 20), at(50, 80), at(150, 80)];
    expect(createZoneFilter({ zones: [lower] })!([above, left, right], frame)).toEqual([left, right]);
    expect(createZoneFilter({ masks: [mask] })!([above, left, right], frame)).toEqual([above, right]);
    expect(createZoneFilter({ zones: [lower], masks: [mask] })!([above, left, right], frame)).toEqual([right]);
    expect(createZoneFilter({ zones: [lower] })!([], frame)).toEqual([]);
  });

  it.each([
    ['two corners', [[0, 0] as const, [1, 1] as const]],
    ['a corner outside', [[0, 0] as const, [1, 0] as const, [1, 1.1] as const]],
    ['no number', [[0, 0] as const, [1, 0] as const, [1, Number.NaN] as const]],
  ])('refuse a polygon with %s', (_, polygon) => {
    expect(() => createZoneFilter({ zones: [polygon] })).toThrow(RangeError);
  });
});
