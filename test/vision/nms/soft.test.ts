import { describe, expect, it } from 'vitest';
import { Candidates } from '#vision/candidates.js';
import { suppress } from '#vision/suppress.js';
import { candidatesOf, HALF } from '../support/candidates.js';
import { randomBoxes } from '../support/random-boxes.js';
import { slowSoftNms } from '../support/slow-nms.js';

describe('soft-NMS', () => {
  it.each([
    { method: 'linear', ties: false },
    { method: 'gaussian', ties: false },
    { method: 'linear', ties: true },
    { method: 'gaussian', ties: true, sigma: 0.1 },
  ] as const)('$method decays scores as the paper does, ties: $ties', ({ method, ties, ...rest }) => {
    for (const kind of ['clustered', 'scattered', 'mixed'] as const) {
      const candidates = randomBoxes({ seed: 11, kind, count: 600, classes: 3, ties });
      const floor = 0.2;
      const expected = slowSoftNms(candidates, { method, ...rest, threshold: 0.45, floor: Math.fround(floor) });
      const { indices, scores } = suppress(candidates, {
        score: floor,
        maxDetections: Infinity,
        soft: { method, ...rest },
      });
      expect([...indices]).toEqual(expected.map((one) => one.index));
      expect([...scores]).toEqual(expected.map((one) => Math.fround(one.score)));
      const limited = suppress(candidates, { score: floor, maxDetections: 20, soft: { method, ...rest } });
      expect([...limited.indices]).toEqual(expected.slice(0, 20).map((one) => one.index));
    }
  });

  it('keeps a box at a lowered score where hard suppression drops it', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]);
    const { indices, scores } = suppress(candidates, { iou: 0.45, soft: { method: 'linear' } });
    expect([...indices]).toEqual([0, 1]);
    expect(scores[1]).toBeCloseTo(0.4, 6);
    expect([...suppress(candidates, { iou: 0.45 }).indices]).toEqual([0]);
  });

  it('leaves nothing of nothing', () => {
    expect(suppress(new Candidates(), { soft: { method: 'gaussian' } }).indices.length).toBe(0);
  });
});
