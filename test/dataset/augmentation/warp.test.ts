import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { displacement, randomWarp, warped } from '#dataset/augmentation/warp.js';

describe('randomWarp', () => {
  it('has an inverse everywhere, even at the strongest', () => {
    const warp = randomWarp(new Random(4), { width: 200, height: 100, strength: 99, cell: 25 });
    for (let n = 0; n < 200; n++) {
      const random = new Random(4, n);
      const [x, y] = [random.between(10, 190), random.between(10, 90)];
      const [px, py] = warped(warp, x, y);
      const [dx, dy] = displacement(warp, px, py);
      expect(Math.hypot(px + dx - x, py + dy - y)).toBeLessThan(0.05);
    }
  });
});
