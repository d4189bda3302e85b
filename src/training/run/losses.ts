import type { Losses } from './events.js';

/** Adds the parts of a step's loss to the sums of an epoch; `count` counts the steps, the gradient's norm is no loss. */
export function addLosses(sums: Losses, parts: Losses): Losses {
  const { gradient: _, ...losses } = parts;
  const entries = Object.entries({ ...losses, count: 1 });
  return Object.fromEntries(entries.map(([name, value]) => [name, (sums[name] ?? 0) + value]));
}

/** Means over the members of a team, each of which saw its share. */
export function meanOf(members: readonly Losses[]): Losses {
  const mean = (name: string): number => members.reduce((sum, parts) => sum + parts[name]!, 0) / members.length;
  return Object.fromEntries(Object.keys(members[0]!).map((name) => [name, mean(name)]));
}

/** Means of what {@link addLosses} has summed; nothing before the first step. */
export function meanLosses({ count = 0, ...sums }: Losses): Losses {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / Math.max(1, count)]));
}
