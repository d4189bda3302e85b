import type { Random } from '#core/random.js';

/** Where things are: the road runs along x around y = 0; vehicles keep to the right. */
export interface StreetPlan {
  readonly from: number;
  readonly to: number;
  /** Half width of the road between the kerbs. */
  readonly half: number;
  /** Width of the pavements. */
  readonly pavement: number;
  /** Middle of the lane that goes along x (negative y) and back. */
  readonly lane: number;
  /** Cars are parked along the far and the near kerb. */
  readonly parking: { readonly far: boolean; readonly near: boolean };
  /** x of a zebra crossing; absent: none. */
  readonly crossing?: number;
  readonly trees: boolean;
  readonly nearHouses: boolean;
}

/** Height of the pavements, m. */
export const KERB = 0.13;

export function randomStreet(random: Random): StreetPlan {
  const parking = { far: random.chance(0.5), near: random.chance(0.25) };
  const lane = random.between(1.6, 1.8);
  const half = lane + 1.9 + (parking.far || parking.near ? 2.1 : random.pick([0, 1.3]));
  return {
    from: -75,
    to: 95,
    half,
    pavement: random.between(3.2, 5.5),
    lane,
    parking,
    ...(random.chance(0.6) && { crossing: random.between(-8, 10) }),
    trees: random.chance(0.7),
    nearHouses: random.chance(0.4),
  };
}
