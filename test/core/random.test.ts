import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';

describe('Random', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const draw = (...keys: number[]) =>
      Array.from(
        { length: 8 },
        (
          (random) => () =>
            random.uint32()
        )(new Random(...keys)),
      );
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7, 0)).not.toEqual(draw(7));
    expect(draw(1, 2)).not.toEqual(draw(2, 1));
  });

  it('is xoshiro128**: the first numbers from the state 1, 2, 3, 4', () => {
    const random = Random.from([1, 2, 3, 4]);
    expect(Array.from({ length: 4 }, () => random.uint32())).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('continues from a saved state, also through JSON', () => {
    const random = new Random(99);
    random.normal();
    const saved = JSON.parse(JSON.stringify(random.state));
    const rest = Array.from({ length: 5 }, () => random.float());
    const again = Random.from(saved);
    expect(Array.from({ length: 5 }, () => again.float())).toEqual(rest);
  });

  it('is uniform, without bias at an awkward count', () => {
    const random = new Random(3);
    const counts = new Array(7).fill(0);
    for (let n = 0; n < 70_000; n++) counts[random.below(7)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.46); // 0.1 % point of 6 degrees of freedom
  });

  it('has normal numbers of mean 0 and variance 1', () => {
    const random = new Random(4);
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  it('shuffles into every order alike', () => {
    const random = new Random(5);
    const counts = new Map<string, number>();
    for (let n = 0; n < 6000; n++) {
      const order = random.shuffle([1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it.each([
    ['a count of zero', () => new Random(1).below(0)],
    ['a fractional count', () => new Random(1).below(1.5)],
    ['a fractional seed', () => new Random(0.5)],
    ['an all-zero state', () => Random.from([0, 0, 0, 0])],
    ['an empty list', () => new Random(1).pick([])],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(RangeError);
  });
});
