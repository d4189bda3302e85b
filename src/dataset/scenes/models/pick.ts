import type { Random } from '#core/random.js';

/** One of the items, each as likely as its share. */
export function pickWeighted<T>(items: readonly T[], shares: readonly number[], random: Random): T {
  let left = random.float() * shares.reduce((sum, share) => sum + share, 0);
  for (let n = 0; n < items.length; n++) {
    left -= shares[n]!;
    if (left < 0) return items[n]!;
  }
  return items.at(-1)!;
}
