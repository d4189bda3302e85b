import { expect } from 'vitest';
import type { Read } from './raw.js';

/** Below it nothing is reported. */
export const FLOOR = 0.25;

/** The same candidates in the same order, to the rounding of float32; scores at the floor may fall on either side. */
export function expectSame(found: readonly Read[], reference: readonly Read[], floor = FLOOR): void {
  const clear = ({ score }: Read) => Math.abs(score - floor) > 1e-6;
  const expected = reference.filter(({ score }) => score >= floor).filter(clear);
  const compared = found.filter(clear);
  expect(compared.length).toBe(expected.length);
  expect(expected.length, 'something to compare').toBeGreaterThan(0);
  expected.forEach((wanted, i) => {
    const one = compared[i];
    expect(one.classId).toBe(wanted.classId);
    expect(one.score).toBeCloseTo(wanted.score, 5);
    const near = (a: number, b: number) => Math.abs(a - b) <= 1e-3 + 1e-5 * Math.abs(b);
    expect(
      one.box.every((side, k) => near(side, wanted.box[k])),
      `${one.box} is ${wanted.box}`,
    ).toBe(true);
    expect(one.landmarks?.length).toBe(wanted.landmarks?.length);
    wanted.landmarks?.forEach((point, k) => {
      expect(
        point.every((value, j) => near(one.landmarks![k][j], value)),
        `${one.landmarks![k]} is ${point}`,
      ).toBe(true);
    });
  });
}
