import { Candidates } from '#vision/candidates.js';

/** Every candidate counts, and all that are kept are reported. */
export const ALL = { score: 0, maxDetections: Infinity } as const;

export const [PERSON, BICYCLE, CAR, BUS] = [0, 1, 2, 3];

/** Candidates of rows [x1, y1, x2, y2, score, class]. */
export function candidatesOf(...rows: [number, number, number, number, number, number][]): Candidates {
  const candidates = new Candidates();
  for (const row of rows) candidates.add(...row);
  return candidates;
}

/** Overlaps the square [0, 0, 10, 10] by exactly 0.5. */
export const HALF: [number, number, number, number] = [0, 0, 10, 5];
