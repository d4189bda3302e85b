import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { Candidates } from '#vision/candidates.js';
import { createSuppressor, suppress } from '#vision/suppress.js';
import { ALL } from '../support/candidates.js';
import { type BoxSet, randomBoxes } from '../support/random-boxes.js';
import { slowBatchedNms } from '../support/slow-nms.js';

describe('non-max suppression keeps what torchvision.ops.batched_nms keeps', () => {
  const sets: BoxSet[] = [];
  for (const kind of ['scattered', 'clustered', 'apart', 'mixed'] as const) {
    for (const count of [1, 2, 50, 129, 1000, 5000]) {
      for (const classes of [1, 80]) sets.push({ seed: 5, kind, count, classes, ties: count === 50 || count === 5000 });
    }
  }
  for (const classes of [1, 80, 1500])
    sets.push({ seed: 6, kind: 'clustered', count: 30_000, classes, ties: classes === 80 });
  sets.push({ seed: 7, kind: 'scattered', count: 30_000, classes: 12, ties: true });
  sets.push({ seed: 8, kind: 'mixed', count: 30_000, classes: 16 });

  it.each(sets)('$count boxes $kind, $classes classes, ties: $ties', (set) => {
    const candidates = randomBoxes(set);
    const suppressors = new Map([0.3, 0.45, 0.5, 0.7].map((iou) => [iou, createSuppressor({ ...ALL, iou })]));
    for (const [iou, suppressor] of set.count > 1000 ? [...suppressors].slice(1, 2) : suppressors) {
      const expected = slowBatchedNms(candidates, iou);
      const { indices, scores } = suppressor.suppress(candidates);
      expect([...indices]).toEqual(expected);
      expect([...scores]).toEqual(expected.map((index) => candidates.scores[index]));
    }
  });

  it('for every threshold', () => {
    for (let step = 0; step <= 40; step++) {
      const iou = step / 40;
      const candidates = randomBoxes({
        seed: step,
        kind: step % 2 ? 'mixed' : 'clustered',
        count: 700,
        classes: 2,
        ties: step % 3 === 0,
      });
      expect([...suppress(candidates, { ...ALL, iou }).indices], `IoU ${iou}`).toEqual(slowBatchedNms(candidates, iou));
    }
  });

  it('for coordinates far from the origin, tiny and huge boxes', () => {
    const random = new Random(9);
    for (const [origin, side] of [
      [1e6, 50],
      [-3e4, 200],
      [0, 1e-19],
      [0, 1e18],
      [0.5, 1e-3],
    ]) {
      const candidates = new Candidates();
      for (let i = 0; i < 600; i++) {
        const [x, y] = [origin + random.between(0, 4 * side), origin + random.between(0, 4 * side)];
        candidates.add(x, y, x + random.between(side / 4, side), y + random.between(side / 4, side), random.float(), 0);
      }
      expect([...suppress(candidates, ALL).indices], `${origin}, ${side}`).toEqual(slowBatchedNms(candidates, 0.45));
    }
  });

  it('again and again in the same memory, whatever came before', () => {
    const suppressor = createSuppressor(ALL);
    for (const count of [3000, 5, 0, 700, 3000, 1]) {
      const candidates = randomBoxes({ seed: count, kind: 'clustered', count, classes: 3 });
      expect([...suppressor.suppress(candidates).indices]).toEqual(slowBatchedNms(candidates, 0.45));
    }
  });
});
