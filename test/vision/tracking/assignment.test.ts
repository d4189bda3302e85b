import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { Assignment } from '#vision/tracking/assignment.js';
import { denseAssignment } from './hungarian.js';

const NEVER = 9e9;

function solve(assignment: Assignment, cost: readonly (readonly number[])[], columns: number, limit: number): number[] {
  assignment.begin(columns);
  for (const row of cost) {
    row.forEach((value, column) => {
      if (value !== NEVER) assignment.pair(column, value);
    });
    assignment.endRow();
  }
  return [...assignment.solve(limit).subarray(0, cost.length)];
}

/** Sum of the chosen costs plus the limit for each row left alone. */
function total(columnOf: readonly number[], cost: readonly (readonly number[])[], limit: number): number {
  return columnOf.reduce((sum, column, row) => sum + (column < 0 ? limit : cost[row]![column]!), 0);
}

describe('the assignment', () => {
  it.each([
    ['nothing', [], 0, []],
    ['rows without columns', [[], []], 0, [-1, -1]],
    ['one pair', [[0.3]], 1, [0]],
    ['a pair at the limit', [[0.8]], 1, [0]],
    ['a pair just above the limit', [[0.8000001]], 1, [-1]],
    ['a pair that is not allowed', [[NEVER]], 1, [-1]],
    ['a tie: the first column', [[0.5, 0.5]], 2, [0]],
    ['a tie for a column: the first row', [[0.5], [0.5]], 1, [0, -1]],
    [
      'a greedy choice that would cost more',
      [
        [0.1, 0.2],
        [0.1, 0.7],
      ],
      2,
      [1, 0],
    ],
    [
      'one row too many: the dearest stays alone',
      [
        [0.4, 0.5],
        [0.45, NEVER],
        [NEVER, 0.1],
      ],
      2,
      [0, -1, 1],
    ],
    [
      'negative costs',
      [
        [-5, 0],
        [-4, -1],
      ],
      2,
      [0, 1],
    ],
  ])('solves %s', (_, cost, columns, expected) => {
    expect(solve(new Assignment(), cost, columns, 0.8)).toEqual(expected);
  });

  it('is as cheap as the dense Hungarian method on random problems, with one object for all', () => {
    const random = new Random(3);
    const assignment = new Assignment();
    for (let round = 0; round < 400; round++) {
      const [rows, columns] = [random.below(13), random.below(13)];
      const limit = random.pick([0.3, 0.8, 2]);
      const coarse = random.chance(0.3);
      const density = random.pick([0.2, 0.6, 1]);
      const cost = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => {
          if (!random.chance(density)) return NEVER;
          return coarse ? random.below(5) / 4 : random.float();
        }),
      );
      const mine = solve(assignment, cost, columns, limit);
      const chosen = mine.filter((column) => column >= 0);
      expect(new Set(chosen).size).toBe(chosen.length);
      expect(mine.every((column, row) => column < 0 || cost[row]![column]! <= limit)).toBe(true);
      const reference = denseAssignment(cost, columns, limit);
      expect(total(mine, cost, limit)).toBeCloseTo(total(reference, cost, limit), 9);
    }
  });

  it('gives the very pairs of the reference where costs have no ties, up to 60 x 60', () => {
    const random = new Random(4);
    const assignment = new Assignment();
    for (let round = 0; round < 6; round++) {
      const cost = Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => random.float()));
      expect(solve(assignment, cost, 60, 0.5)).toEqual(denseAssignment(cost, 60, 0.5));
    }
  });
});
