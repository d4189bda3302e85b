import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { correct, initiate, predict } from '#vision/tracking/kalman.js';
import { centreArea, centreHeight, FILTER_VALUES } from '#vision/tracking/motion.js';
import { FullKalman } from './full-kalman.js';

const box = (x: number, y: number, w: number, h: number) => [x, y, x + w, y + h] as const;

describe('the filter of one coordinate', () => {
  it('predicts n frames at once as n times one frame', () => {
    for (const n of [2, 3, 7, 30]) {
      const [once, often] = [new Float64Array(5), new Float64Array(5)];
      for (const filter of [once, often]) {
        initiate(filter, 0, { x: 3, pxx: 4, pvv: 2 });
        predict(filter, 0, { steps: 1, qx: 0.5, qv: 0.1 });
        correct(filter, 0, 5, 1);
      }
      predict(once, 0, { steps: n, qx: 0.5, qv: 0.1 });
      for (let i = 0; i < n; i++) predict(often, 0, { steps: 1, qx: 0.5, qv: 0.1 });
      once.forEach((value, i) => {
        expect(value).toBeCloseTo(often[i]!, 9);
      });
    }
  });

  it('keeps a covariance that is possible, for parts of a frame too', () => {
    const random = new Random(5);
    const filter = new Float64Array(5);
    initiate(filter, 0, { x: 0, pxx: 100, pvv: 10 });
    for (let i = 0; i < 2000; i++) {
      predict(filter, 0, { steps: random.between(0.01, 3), qx: 1, qv: 0.1 });
      if (random.chance(0.7)) correct(filter, 0, random.normal() * 10, 2);
      expect(filter[2]).toBeGreaterThan(0);
      expect(filter[4]).toBeGreaterThan(0);
      expect(filter[2]! * filter[4]! - filter[3]! ** 2).toBeGreaterThan(0);
    }
  });
});

describe("ByteTrack's motion", () => {
  it('equals the full filter of 8 x 8 matrices', () => {
    const random = new Random(6);
    const filter = new Float64Array(FILTER_VALUES);
    const corners = new Float64Array(4);
    const first = box(100, 200, 40, 90);
    centreHeight.initiate(filter, first);
    const full = new FullKalman(first);
    for (let frame = 1; frame < 200; frame++) {
      const seen = random.chance(0.8);
      centreHeight.predict(filter, 1, seen);
      full.predict(seen);
      const other = box(100 + 3 * frame + 20 * random.normal(), 190, 50, 90 + 5 * random.normal());
      const expected = full.distance(other);
      expect(Math.abs(centreHeight.distance(filter, other) - expected)).toBeLessThan(1e-7 * (1 + expected));
      if (random.chance(0.7)) {
        const measured = box(100 + 3 * frame + random.normal(), 200, 40 + random.normal(), 90 + random.normal());
        centreHeight.correct(filter, measured);
        full.correct(measured);
      }
      centreHeight.write(filter, corners, 0);
      full.corners().forEach((value, i) => {
        expect(corners[i]).toBeCloseTo(value, 7);
      });
    }
  });
});

describe.each([
  ['ByteTrack', centreHeight],
  ['SORT', centreArea],
])("%s's motion", (_, motion) => {
  it('follows a box that moves evenly, at any frame interval', () => {
    const random = new Random(7);
    const filter = new Float64Array(FILTER_VALUES);
    const corners = new Float64Array(4);
    motion.initiate(filter, box(0, 50, 40, 80));
    let frame = 0;
    for (let i = 0; i < 60; i++) {
      const steps = random.pick([0.5, 1, 2, 3]);
      frame += steps;
      motion.predict(filter, steps, true);
      motion.write(filter, corners, 0);
      if (i > 30) expect(Math.abs(corners[0]! - 4 * frame)).toBeLessThan(0.5);
      motion.correct(filter, box(4 * frame, 50, 40, 80));
    }
  });

  it('is the farther from a box the less it expects it there, and not at all from where it is', () => {
    const filter = new Float64Array(FILTER_VALUES);
    motion.initiate(filter, box(0, 50, 40, 80));
    motion.predict(filter, 1, true);
    const far = [0, 10, 20, 40].map((x) => motion.distance(filter, box(x, 50, 40, 80)));
    expect(far[0]).toBeCloseTo(0, 12);
    expect(far).toEqual([...far].sort((a, b) => a - b));
    const before = motion.distance(filter, box(40, 50, 40, 80));
    motion.predict(filter, 5, true);
    expect(motion.distance(filter, box(40, 50, 40, 80))).toBeLessThan(before); // doubt grows with time
  });

  it('writes boxes that are never inside out, however far it predicts', () => {
    const filter = new Float64Array(FILTER_VALUES);
    const corners = new Float64Array(4);
    motion.initiate(filter, box(0, 0, 100, 100));
    for (let i = 1; i < 6; i++) {
      motion.predict(filter, 1, true);
      motion.correct(filter, box(0, 0, 100 - 18 * i, 100 - 18 * i));
    }
    for (let i = 0; i < 50; i++) {
      motion.predict(filter, 10, true);
      motion.write(filter, corners, 0);
      expect(corners.every(Number.isFinite)).toBe(true);
      expect(corners[2]! >= corners[0]! && corners[3]! >= corners[1]!).toBe(true);
    }
  });
});
