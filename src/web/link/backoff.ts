const STEPS_MS = [300, 700, 1500, 3000, 5000, 8000];

/**
 * How long to wait before a try, ms: stepped, never given up, and spread by a quarter so that a restarted server does not
 * meet all its viewers in one instant.
 * @param failures tries that failed in a row, from 0
 * @param random 0..1
 */
export function backoffMs(failures: number, random = Math.random()): number {
  const step = STEPS_MS[Math.min(failures, STEPS_MS.length - 1)]!;
  return Math.round(step * (0.75 + random / 2));
}
