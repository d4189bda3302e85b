import { Random } from '#core/random.js';
import { Candidates } from '#vision/candidates.js';

export interface BoxSet {
  readonly seed: number;
  readonly count: number;
  readonly classes: number;
  /** `scattered` over a field, `clustered` around 40 objects, `apart`: hardly any overlap, `mixed`: sizes from 1 to 600 px. */
  readonly kind: 'scattered' | 'clustered' | 'apart' | 'mixed';
  /** Whole px and 64 different scores: many equal scores, equal boxes and IoU that meet a threshold exactly. */
  readonly ties?: boolean;
}

/** Seeded candidates, as a dense detector might propose them. */
export function randomBoxes({ seed, count, classes, kind, ties }: BoxSet): Candidates {
  const random = new Random(seed, count, classes);
  const candidates = new Candidates();
  const objects = Array.from({ length: 40 }, () => [random.between(0, 600), random.between(0, 600)]);
  const whole = (value: number) => (ties ? Math.round(value) : value);
  while (candidates.count < count) {
    const [x, y, w, h] = draw(kind, random, objects).map(whole);
    const score = ties ? (1 + random.below(64)) / 64 : random.float();
    candidates.add(x, y, x + Math.max(1, w), y + Math.max(1, h), score, random.below(classes));
  }
  return candidates;
}

function draw(kind: BoxSet['kind'], random: Random, objects: number[][]): number[] {
  if (kind === 'clustered') {
    const [x, y] = random.pick(objects);
    return [x + 6 * random.normal(), y + 6 * random.normal(), random.between(60, 120), random.between(60, 120)];
  }
  if (kind === 'apart')
    return [random.between(0, 4000), random.between(0, 4000), random.between(5, 40), random.between(5, 40)];
  const side = () => (kind === 'mixed' ? 600 ** random.float() : random.between(4, 120));
  return [random.between(0, 640), random.between(0, 640), side(), side()];
}
