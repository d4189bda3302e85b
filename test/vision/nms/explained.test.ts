import { describe, expect, it } from 'vitest';
import type { Candidates } from '#vision/candidates.js';
import type { Drop } from '#vision/nms/explained.js';
import { type SuppressOptions, suppress } from '#vision/suppress.js';
import { BICYCLE, CAR, candidatesOf, HALF, PERSON } from '../support/candidates.js';
import { randomBoxes } from '../support/random-boxes.js';

describe('the explanation', () => {
  function explained(candidates: Candidates, options: SuppressOptions) {
    const drops: Drop[] = [];
    const { indices } = suppress(candidates, { ...options, explain: (drop) => drops.push(drop) });
    return { indices: [...indices], drops };
  }

  it('names for each dropped box what dropped it', () => {
    const candidates = candidatesOf(
      [0, 0, 10, 10, 0.9, PERSON],
      [...HALF, 0.8, PERSON],
      [0, 0, 10, 10, 0.7, BICYCLE],
      [50, 0, 60, 10, 0.6, CAR],
      [70, 0, 80, 10, 0.5, PERSON],
      [90, 0, 99, 10, 0.1, PERSON],
    );
    const options = { classes: new Set([PERSON, CAR]), classScores: new Map([[CAR, 0.65]]), maxDetections: 1 };
    const { indices, drops } = explained(candidates, options);
    expect(indices).toEqual([0]);
    expect(drops).toEqual([
      { index: 2, reason: 'class' },
      { index: 3, reason: 'score' },
      { index: 1, reason: 'suppressed', by: 0, iou: 0.5 },
      { index: 4, reason: 'limit' },
    ]);
  });

  it('names the best of several boxes that suppress one', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [0, 5, 10, 15, 0.8, 0], [0, 2, 10, 12, 0.7, 0]);
    expect(explained(candidates, { iou: 0.4 }).drops).toMatchObject([{ index: 2, by: 0, reason: 'suppressed' }]);
  });

  it('accounts for every candidate above the threshold and changes nothing', () => {
    for (const options of [
      {},
      { among: 'all' },
      { maxDetections: 40 },
      { classes: new Set([1, 2]) },
      { soft: { method: 'linear' } },
    ] as SuppressOptions[]) {
      for (const kind of ['clustered', 'mixed'] as const) {
        const candidates = randomBoxes({ seed: 3, kind, count: 1200, classes: 4, ties: true });
        const { indices, drops } = explained(candidates, options);
        expect(indices).toEqual([...suppress(candidates, options).indices]);
        const accounted = [...indices, ...drops.map((drop) => drop.index)].sort((a, b) => a - b);
        const above = Array.from({ length: candidates.count }, (_, i) => i).filter((i) => candidates.scores[i] >= 0.25);
        expect(accounted).toEqual(above);
      }
    }
  });

  it('tells which box decayed a score below the threshold', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.4, 0]);
    const { indices, drops } = explained(candidates, { soft: { method: 'linear' } });
    expect(indices).toEqual([0]);
    expect(drops).toEqual([{ index: 1, reason: 'decayed', by: 0, iou: 0.5 }]);
  });
});
