import type { Anchor } from '#core/card.js';
import type { Random } from '#core/random.js';
import { sizeIou } from './fitness.js';

// N objects, K clusters.

/**
 * k-means of object sizes with the distance 1 - IoU (Redmon & Farhadi 2016, arXiv:1612.08242, section 2), centres seeded by
 * k-means++ (Arthur & Vassilvitskii 2007: each next one drawn with a probability that grows with the square of the distance).
 * @returns at most K centres, the means of their members; fewer where there are fewer distinct sizes
 */
export function clusterSizes(sizes: readonly Anchor[], count: number, random: Random): Anchor[] {
  let centres = seedCentres(sizes, count, random);
  const nearest = new Int32Array(sizes.length).fill(-1);
  for (let round = 0; round < 100; round++) {
    if (!assignNearest(sizes, centres, nearest)) break;
    centres = memberMeans(sizes, centres, nearest);
  }
  return centres;
}

function seedCentres(sizes: readonly Anchor[], count: number, random: Random): Anchor[] {
  if (sizes.length === 0) return [];
  const centres = [random.pick(sizes)];
  const distances = sizes.map((size) => (1 - sizeIou(size, centres[0]!)) ** 2);
  while (centres.length < count) {
    const total = distances.reduce((sum, distance) => sum + distance, 0);
    if (!(total > 1e-12)) break;
    const centre = sizes[drawIndex(distances, random.float() * total)]!;
    centres.push(centre);
    sizes.forEach((size, n) => {
      distances[n] = Math.min(distances[n]!, (1 - sizeIou(size, centre)) ** 2);
    });
  }
  return centres;
}

/** The index at which the running sum passes the target. */
function drawIndex(weights: readonly number[], target: number): number {
  let sum = 0;
  let last = 0;
  for (let n = 0; n < weights.length; n++) {
    if (weights[n] === 0) continue;
    sum += weights[n]!;
    last = n;
    if (sum > target) break;
  }
  return last;
}

/** Moves every object to its nearest centre (the first among equals); false when none moved. */
function assignNearest(sizes: readonly Anchor[], centres: readonly Anchor[], nearest: Int32Array): boolean {
  let moved = false;
  sizes.forEach((size, n) => {
    let best = -1;
    let bestIou = -1;
    centres.forEach((centre, k) => {
      const iou = sizeIou(size, centre);
      if (iou <= bestIou) return;
      bestIou = iou;
      best = k;
    });
    moved ||= nearest[n] !== best;
    nearest[n] = best;
  });
  return moved;
}

/** The mean of each centre's members; a centre without members stays where it is. */
function memberMeans(sizes: readonly Anchor[], centres: readonly Anchor[], nearest: Int32Array): Anchor[] {
  const sums = centres.map(() => [0, 0, 0]);
  sizes.forEach(([width, height], n) => {
    const sum = sums[nearest[n]!]!;
    sum[0]! += width;
    sum[1]! += height;
    sum[2]!++;
  });
  return sums.map(([width, height, members], k) =>
    members! > 0 ? [width! / members!, height! / members!] : centres[k]!,
  );
}
