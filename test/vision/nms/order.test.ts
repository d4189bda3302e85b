import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { ScoreOrder } from '#vision/nms/order.js';

describe('the order of scores', () => {
  it('is that of a stable sort, highest first, for any float32', () => {
    const order = new ScoreOrder();
    const random = new Random(12);
    for (const count of [0, 1, 2, 100, 5000, 3]) {
      const special = [0, -0, 1, -1, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, 0.25];
      const scores = Float32Array.from({ length: count }, () =>
        random.chance(0.3) ? random.pick(special) : random.normal() * 10 ** random.between(-9, 9),
      );
      const indices = Uint32Array.from({ length: count }, (_, i) => i);
      const expected = [...indices].sort((a, b) => (scores[a] === scores[b] ? 0 : scores[b] > scores[a] ? 1 : -1));
      order.sort(scores, indices, count);
      expect([...indices]).toEqual(expected);
    }
  });

  it('leaves indices beyond the count alone', () => {
    const indices = Uint32Array.of(2, 0, 9, 9);
    new ScoreOrder().sort(Float32Array.of(0.9, 0, 0.1), indices, 2);
    expect([...indices]).toEqual([0, 2, 9, 9]);
  });
});
