import { describe, expect, it } from 'vitest';
import { Candidates } from '#vision/candidates.js';
import { candidatesOf } from './support/candidates.js';

describe('candidates', () => {
  it.each<[string, number[]]>([
    ['a coordinate that is not a number', [Number.NaN, 0, 1, 1, 0.5]],
    ['an infinite one', [0, 0, Infinity, 1, 0.5]],
    ['one that float32 cannot hold', [0, 0, 1e39, 1, 0.5]],
    ['a score that is not a number', [0, 0, 1, 1, Number.NaN]],
    ['no width', [1, 0, 1, 1, 0.5]],
    ['no height in float32', [0, 1, 1, 1 + 1e-12, 0.5]],
    ['inverted sides', [2, 0, 1, 1, 0.5]],
  ])('refuse %s', (_why, [x1, y1, x2, y2, score]) => {
    const candidates = new Candidates();
    expect(candidates.add(x1, y1, x2, y2, score, 0)).toBe(-1);
    expect(candidates.count).toBe(0);
  });

  it('grow without losing anything and are filled again without growing', () => {
    const candidates = new Candidates(2, 4);
    for (let round = 0; round < 2; round++) {
      candidates.clear();
      for (let i = 0; i < 1000; i++) {
        expect(candidates.add(i, 0, i + 1, 2, 0.5, i % 7)).toBe(i);
        candidates.setLandmark(i, 0, i, 1, 0.5);
        candidates.setLandmark(i, 1, i, 2, 2);
      }
      const at = 999;
      expect([...candidates.boxes.subarray(at * 4, at * 4 + 4)]).toEqual([999, 0, 1000, 2]);
      expect([...candidates.landmarks.subarray(at * 6, at * 6 + 6)]).toEqual([999, 1, 0.5, 999, 2, 1]);
      expect(candidates.classIds[at]).toBe(999 % 7);
    }
    expect(candidates.scores.length).toBeLessThanOrEqual(1024);
  });

  it('go when one of their landmarks is not finite', () => {
    const candidates = new Candidates(2);
    const first = candidates.add(0, 0, 1, 1, 0.5, 0);
    candidates.setLandmark(first, 0, Number.NaN, 0, 1);
    candidates.setLandmark(first, 1, 0, 0, 1);
    expect(candidates.count).toBe(0);
    expect(candidates.add(5, 0, 6, 1, 0.5, 0)).toBe(0);
  });

  it('never have a score above 1', () => {
    expect(candidatesOf([0, 0, 1, 1, 1.002, 0]).scores[0]).toBe(1);
  });
});
