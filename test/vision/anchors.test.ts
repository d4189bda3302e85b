import { describe, expect, it } from 'vitest';
import type { Anchor } from '#core/card.js';
import { Random } from '#core/random.js';
import { anchorsByStride, fitAnchors } from '#vision/anchors/fit.js';
import { judgeAnchors, sizeIou, sizeRatio } from '#vision/anchors/fitness.js';

function scatter(seed: number, count: number, centres: readonly Anchor[], spread: number): Anchor[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (): Anchor => {
    const [width, height] = random.pick(centres);
    return [width * Math.exp(spread * random.normal()), height * Math.exp(spread * random.normal())];
  });
}

describe('sizes', () => {
  it.each([
    { a: [10, 10], b: [10, 10], iou: 1, ratio: 1 },
    { a: [10, 20], b: [20, 10], iou: 1 / 3, ratio: 1 / 2 },
    { a: [10, 10], b: [40, 40], iou: 1 / 16, ratio: 1 / 4 },
    { a: [0, 10], b: [10, 10], iou: 0, ratio: 0 },
  ] as const)('of $a and $b overlap by $iou and differ by $ratio', ({ a, b, iou, ratio }) => {
    expect(sizeIou(a, b)).toBeCloseTo(iou, 12);
    expect(sizeRatio(a, b)).toBeCloseTo(ratio, 12);
    expect(sizeRatio(b, a)).toBeCloseTo(ratio, 12);
  });
});

describe('judging anchors', () => {
  it('counts an object at the ratio limit as lost, one just inside as found', () => {
    expect(judgeAnchors([[40, 10]], [[10, 10]], 4).bestPossibleRecall).toBe(0);
    expect(judgeAnchors([[39.9, 10]], [[10, 10]], 4).bestPossibleRecall).toBe(1);
  });

  it('has nothing to complain of without objects', () => {
    expect(judgeAnchors([], [[10, 10]])).toEqual({ bestPossibleRecall: 1, fitness: 1, meanIou: 1 });
  });
});

describe('fitting anchors', () => {
  const centres: Anchor[] = [
    [10, 24],
    [60, 40],
    [150, 130],
  ];

  it('finds the clusters that are there', () => {
    const { anchors, meanIou } = fitAnchors(scatter(1, 900, centres, 0.05), { count: 3, seed: 1, mutations: 200 });
    anchors.forEach((anchor, k) => {
      expect(sizeIou(anchor, centres[k]!)).toBeGreaterThan(0.9);
    });
    expect(meanIou).toBeGreaterThan(0.85);
  });

  it('does better with mutation than without, and never worse', () => {
    const sizes = scatter(2, 500, centres, 0.5);
    const plain = fitAnchors(sizes, { count: 6, seed: 3, mutations: 0 });
    const refined = fitAnchors(sizes, { count: 6, seed: 3, mutations: 500 });
    expect(refined.fitness).toBeGreaterThan(plain.fitness);
  });

  it('gives the same anchors for the same seed, others for another', () => {
    const sizes = scatter(4, 300, centres, 0.4);
    expect(fitAnchors(sizes, { count: 6, seed: 5 })).toEqual(fitAnchors(sizes, { count: 6, seed: 5 }));
    expect(fitAnchors(sizes, { count: 6, seed: 5 })).not.toEqual(fitAnchors(sizes, { count: 6, seed: 6 }));
  });

  it('keeps the current set where it is at least as fit', () => {
    const sizes = scatter(6, 300, centres, 0.3);
    const good = fitAnchors(sizes, { count: 6, seed: 7 });
    expect(fitAnchors(sizes, { count: 6, seed: 8, mutations: 0, current: good.anchors })).toMatchObject({
      kept: true,
      anchors: good.anchors,
      bestPossibleRecall: good.bestPossibleRecall,
    });
    const bad = Array.from({ length: 6 }, (): Anchor => [500, 3]);
    expect(fitAnchors(sizes, { count: 6, seed: 8, current: bad }).kept).toBe(false);
  });

  it.each([
    { name: 'no object', sizes: [] },
    { name: 'one object', sizes: [[30, 40]] },
    { name: 'equal objects', sizes: Array.from({ length: 50 }, () => [30, 40]) },
    { name: 'fewer distinct sizes than anchors', sizes: [...Array(9).fill([30, 40]), ...Array(9).fill([100, 20])] },
    {
      name: 'points, specks and infinities',
      sizes: [
        [0, 0],
        [1, 50],
        [Number.POSITIVE_INFINITY, 3],
        [Number.NaN, 8],
      ],
      recall: 0,
    },
  ])('gives finite, distinct anchors for $name', ({ sizes, recall = 1 }) => {
    const { anchors, bestPossibleRecall } = fitAnchors(sizes as unknown as Anchor[], {
      count: 9,
      seed: 1,
      mutations: 50,
    });
    expect(anchors).toHaveLength(9);
    expect(anchors.flat().every((side) => Number.isFinite(side) && side >= 2)).toBe(true);
    expect(new Set(anchors.map(String)).size).toBe(9);
    expect(bestPossibleRecall).toBe(recall);
  });

  it('counts objects too small for the search among those that may be missed, as judging the same anchors again does', () => {
    const sizes: Anchor[] = [...scatter(8, 99, centres, 0.1), [1, 60]];
    const { anchors, kept: _, ...quality } = fitAnchors(sizes, { count: 3, seed: 1, mutations: 50 });
    expect(quality.bestPossibleRecall).toBe(0.99);
    expect(quality).toEqual(judgeAnchors(sizes, anchors));
  });

  it('keeps the current set where there is no object', () => {
    const current: Anchor[] = [[4, 4]];
    expect(fitAnchors([], { count: 1, seed: 1, current })).toMatchObject({ kept: true, anchors: current });
  });

  it('refuses a set of another length and a count of none', () => {
    expect(() => fitAnchors([], { count: 2, seed: 1, current: [[1, 1]] })).toThrow(RangeError);
    expect(() => fitAnchors([], { count: 0, seed: 1 })).toThrow(RangeError);
  });
});

describe('anchors by stride', () => {
  it('gives the smallest to the finest', () => {
    const sorted = anchorsByStride(
      [
        [9, 9],
        [1, 1],
        [4, 4],
        [2, 2],
      ],
      2,
    );
    expect(sorted).toEqual([
      [
        [1, 1],
        [2, 2],
      ],
      [
        [4, 4],
        [9, 9],
      ],
    ]);
    expect(() => anchorsByStride([[1, 1]], 2)).toThrow(RangeError);
  });
});
