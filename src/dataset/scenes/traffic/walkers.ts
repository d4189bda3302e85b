import { Random } from '#core/random.js';
import { type Outfit, randomOutfit } from '../models/outfit.js';
import { type Pose, phonePose, type WalkStyle, walkPose } from '../models/pose.js';
import { KERB } from '../street/plan.js';
import { BRAKE, CYCLE, GO, onBelt } from './flow.js';
import type { TrafficOptions } from './vehicles.js';

/** A person on foot at one moment. */
export interface WalkerState {
  readonly track: number;
  readonly outfit: Outfit;
  readonly pose: Pose;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

/** Metres that one full cycle of the gait covers, for a height of 1.75 m. */
const STRIDE_M = 1.46;
/** Numbers of walkers begin here, above those of vehicles. */
const FIRST_TRACK = 1 << 20;

interface Line {
  readonly number: number;
  readonly y: number;
  readonly direction: 1 | -1;
  readonly speed: number;
  readonly gap: number;
}

/** People on both pavements, people who cross, and people who stand about. */
export class WalkerTraffic {
  readonly #options: TrafficOptions;
  readonly #lines: readonly Line[];
  readonly #outfits = new Map<string, Outfit>();

  constructor(options: TrafficOptions) {
    this.#options = options;
    const { street, seed, density } = options;
    const random = new Random(seed, 81);
    const count = Math.max(1, Math.min(4, Math.floor((street.pavement - 1.9) / 0.72)));
    this.#lines = [1, -1].flatMap((side) => {
      // Neighbours often walk the same way at the same pace: then they walk together.
      let [direction, speed] = [1 as 1 | -1, 1.3];
      return Array.from({ length: count }, (_, n): Line => {
        if (n === 0 || random.chance(0.55))
          [direction, speed] = [random.chance(0.5) ? 1 : -1, random.between(1.05, 1.6)];
        const y = side * (street.half + 1.5 + n * 0.72);
        return { number: (side > 0 ? 0 : 8) + n, y, direction, speed, gap: random.between(7, 11) / (0.35 + density) };
      });
    });
  }

  at(seconds: number): WalkerState[] {
    return [
      ...this.#lines.flatMap((line) => this.#lineAt(line, seconds)),
      ...this.#crossing(seconds),
      ...this.#standing(seconds),
    ];
  }

  #outfit(...keys: number[]): Outfit {
    const key = keys.join();
    let outfit = this.#outfits.get(key);
    if (outfit === undefined) {
      if (this.#outfits.size > 600) this.#outfits.clear();
      outfit = randomOutfit(new Random(this.#options.seed, 82, ...keys), { warm: this.#options.warm });
      this.#outfits.set(key, outfit);
    }
    return outfit;
  }

  #lineAt(line: Line, seconds: number): WalkerState[] {
    const { street, seed } = this.#options;
    const slots = Math.ceil((street.to - street.from) / line.gap);
    const length = slots * line.gap;
    const begin = line.direction > 0 ? street.from : street.to;
    const shift = new Random(seed, 83, line.number).between(0, length);
    return Array.from({ length: slots }, (_, slot) => slot).flatMap((slot): WalkerState[] => {
      const { at, round } = onBelt(line.speed * seconds + shift + slot * line.gap + 1000 * length, length);
      const random = new Random(seed, 84, line.number, slot, round);
      if (random.chance(0.3)) return [];
      const outfit = this.#outfit(line.number, slot, round);
      const along = at + random.between(-0.28, 0.28) * line.gap;
      return [
        {
          track: FIRST_TRACK + ((round % 256) * 64 + slot) * 32 + line.number,
          outfit,
          pose: walkingPose(outfit, { metres: line.speed * seconds, random, speed: line.speed }),
          x: begin + line.direction * along,
          y: line.y + random.between(-0.14, 0.14),
          z: KERB,
          heading: line.direction > 0 ? 0 : Math.PI,
        },
      ];
    });
  }

  /** People come along a pavement, wait at the kerb until the traffic stands, cross, and walk on. */
  #crossing(seconds: number): WalkerState[] {
    const { street, density } = this.#options;
    if (street.crossing === undefined) return [];
    const now = Math.floor(seconds / CYCLE);
    const count = Math.round(1 + 3 * density);
    return [-2, -1, 0, 1, 2].flatMap((offset) =>
      Array.from({ length: count }, (_, n) => this.#crosser({ cycle: now + offset, n, seconds })).filter(
        (state) => state !== undefined,
      ),
    );
  }

  #crosser({ cycle, n, seconds }: { cycle: number; n: number; seconds: number }): WalkerState | undefined {
    const { street, seed } = this.#options;
    const random = new Random(seed, 85, cycle, n);
    const side = random.chance(0.5) ? 1 : -1;
    const [from, to] = [random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1];
    const speed = random.between(1.25, 1.5);
    const start = cycle * CYCLE + GO + BRAKE + random.between(0, 0.8);
    const arrival = start - random.between(0.5, 6);
    const x = street.crossing! + random.between(-1.2, 1.2);
    const edge = street.half + 1.1;
    const end = start + (2 * edge) / speed;
    const limit = 50 / speed;
    if (seconds < arrival - limit || seconds > end + limit) return undefined;
    const outfit = this.#outfit(99, cycle, n);
    const track = FIRST_TRACK + (((cycle % 4096) + 4096) % 4096) * 32 * 64 + n * 32 + 31;
    const state = (px: number, py: number, heading: number, metres: number): WalkerState => ({
      track,
      outfit,
      x: px,
      y: py,
      z: Math.abs(py) > street.half ? KERB : 0,
      heading,
      pose: walkingPose(outfit, { metres, random: new Random(seed, 86, cycle, n), speed: metres < 0 ? 0 : speed }),
    });
    const across = side > 0 ? -Math.PI / 2 : Math.PI / 2;
    if (seconds < arrival)
      return state(
        x - from * speed * (arrival - seconds),
        side * edge,
        from > 0 ? 0 : Math.PI,
        speed * (seconds - arrival + 100),
      );
    if (seconds < start) return state(x, side * edge, across, -1);
    if (seconds < end) return state(x, side * (edge - speed * (seconds - start)), across, speed * (seconds - start));
    return state(x + to * speed * (seconds - end), -side * edge, to > 0 ? 0 : Math.PI, speed * (seconds - end));
  }

  /** Small groups that talk, people with a phone, people who look at shop windows. */
  #standing(seconds: number): WalkerState[] {
    const { street, seed, density } = this.#options;
    const count = Math.round(2 + 5 * density);
    return Array.from({ length: count }, (_, n): WalkerState => {
      const random = new Random(seed, 87, n);
      const pair = n % 2 === 1;
      const place = new Random(seed, 88, pair ? n - 1 : n);
      const x = place.between(-22, 34) + (pair ? 0.85 : 0);
      const y = street.half + street.pavement - 0.55 - place.between(0, 0.3);
      const outfit = this.#outfit(98, n);
      const sway = 0.05 * Math.sin(seconds * random.between(0.5, 0.9) + n);
      const still = walkPose(0.5 + sway, { stride: 0, arms: 0, lean: 0.02 + 0.02 * sway, elbow: 0.2 });
      const heading = pair ? Math.PI : place.chance(0.5) ? 0 : place.between(-2.6, -0.5);
      return {
        track: FIRST_TRACK + n * 32 + 30,
        outfit,
        pose: random.chance(0.35) ? phonePose() : still,
        x,
        y,
        z: KERB,
        heading: heading + sway,
      };
    });
  }
}

function walkingPose(
  outfit: Outfit,
  { metres, random, speed }: { metres: number; random: Random; speed: number },
): Pose {
  const size = outfit.height / 1.75;
  const style: WalkStyle = {
    stride:
      speed === 0
        ? 0
        : Math.min(0.46, 0.29 * (speed / size)) * (outfit.bottom === 'skirt' || outfit.top === 'coat' ? 0.85 : 1),
    arms: outfit.bag === 'shopping' ? 0.35 : random.between(0.6, 1),
    lean: random.between(0.01, 0.07),
    elbow: random.between(0.15, 0.4),
  };
  return walkPose((2 * Math.PI * metres) / (STRIDE_M * size) + random.between(0, 6.28), style);
}
