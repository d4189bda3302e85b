import { Random } from '#core/random.js';
import { type Bike, createBicycle } from '../models/bicycle.js';
import { createBus } from '../models/bus.js';
import { createCar } from '../models/car.js';
import { createMotorbike } from '../models/motorbike.js';
import { type Outfit, randomOutfit } from '../models/outfit.js';
import { pickWeighted } from '../models/pick.js';
import { createTruck } from '../models/truck.js';
import type { Vehicle } from '../models/vehicle.js';
import type { StreetPlan } from '../street/plan.js';
import { cycleDistance, distanceAt, distanceToStop, type Flow, onBelt } from './flow.js';

/** A vehicle at one moment. */
export interface VehicleState {
  readonly track: number;
  readonly vehicle: Vehicle | Bike;
  /** Middle of the vehicle. */
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  /** Metres its wheels have rolled. */
  readonly rolled: number;
  readonly rider?: { readonly track: number; readonly outfit: Outfit };
}

export interface TrafficOptions {
  readonly seed: number;
  readonly street: StreetPlan;
  readonly lampsOn: boolean;
  readonly warm: boolean;
  /** 0 empty to 1 dense. */
  readonly density: number;
}

interface Lane {
  readonly number: number;
  readonly y: number;
  readonly direction: 1 | -1;
  readonly flow: Flow;
  readonly spacing: number;
  readonly kinds: Readonly<Partial<Record<Vehicle['label'], number>>>;
  readonly share: number;
}

const MIXED = { car: 10, bus: 1.6, truck: 2, motorbike: 2 } as const;

/** All that drives: two lanes of mixed traffic and, where there is room, bicycles beside them. */
export class VehicleTraffic {
  readonly #options: TrafficOptions;
  readonly #lanes: readonly Lane[];
  readonly #known = new Map<string, { readonly vehicle: Vehicle | Bike; readonly rider?: Outfit }>();

  constructor(options: TrafficOptions) {
    this.#options = options;
    const { street, seed, density } = options;
    const random = new Random(seed, 71);
    const stops = street.crossing !== undefined;
    const lane = (number: number, y: number, more: { speed: number; kinds: Lane['kinds']; share: number }): Lane => {
      const flow = { speed: more.speed, stops };
      const spacing = cycleDistance(flow) / Math.max(1, Math.floor(cycleDistance(flow) / 16.9));
      return { number, y, direction: y < 0 ? 1 : -1, flow, spacing, kinds: more.kinds, share: more.share };
    };
    const driving = 0.4 + 0.55 * density;
    const speed = random.between(6.5, 9.5);
    const cycling = { speed: random.between(4.2, 5.6), kinds: { bicycle: 1 }, share: 0.2 + 0.5 * density };
    this.#lanes = [
      lane(0, -street.lane, { speed, kinds: MIXED, share: driving }),
      lane(1, street.lane, { speed: speed * random.between(0.9, 1.1), kinds: MIXED, share: driving }),
      lane(2, -street.lane - 1.65, cycling),
      lane(3, street.lane + 1.65, { ...cycling, speed: cycling.speed * 0.93 }),
    ];
  }

  at(seconds: number): VehicleState[] {
    return this.#lanes.flatMap((lane) => this.#laneAt(lane, seconds));
  }

  #laneAt(lane: Lane, seconds: number): VehicleState[] {
    const { street, seed } = this.#options;
    const slots = Math.ceil((street.to - street.from + 24) / lane.spacing);
    const length = slots * lane.spacing;
    const begin = lane.direction > 0 ? street.from - 12 : street.to + 12;
    // With stops, fronts stand before the crossing; else anywhere.
    const line = street.crossing === undefined ? 0 : street.crossing - lane.direction * 3.4;
    const shift = lane.flow.stops
      ? lane.direction * (line - begin) - distanceToStop(lane.flow)
      : new Random(seed, 72, lane.number).between(0, lane.spacing);
    const travelled = distanceAt(lane.flow, seconds);
    return Array.from({ length: slots }, (_, slot) => slot).flatMap((slot): VehicleState[] => {
      const { at, round } = onBelt(travelled + shift + slot * lane.spacing + 1000 * length, length);
      const made = this.#make(lane, slot, round);
      if (made === undefined) return [];
      const { vehicle, rider, jitter } = made;
      const front = begin + lane.direction * (at - (lane.flow.stops ? 0 : jitter));
      const track = 1 + (((round % 512) * 64 + slot) * 4 + lane.number) * 2;
      return [
        {
          track,
          vehicle,
          x: front - (lane.direction * vehicle.length) / 2,
          y: lane.y + made.aside,
          heading: lane.direction > 0 ? 0 : Math.PI,
          rolled: travelled + slot,
          ...(rider && { rider: { track: track + 1, outfit: rider } }),
        },
      ];
    });
  }

  #make(
    lane: Lane,
    slot: number,
    round: number,
  ): { vehicle: Vehicle | Bike; rider?: Outfit; jitter: number; aside: number } | undefined {
    const random = new Random(this.#options.seed, 73, lane.number, slot, round);
    if (!random.chance(lane.share)) return undefined;
    const [jitter, aside] = [random.between(0, lane.spacing - 13), random.between(-0.2, 0.2)];
    const key = `${lane.number} ${slot} ${round}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size > 400) this.#known.clear();
      known = this.#create(lane, random);
      this.#known.set(key, known);
    }
    return { ...known, jitter, aside };
  }

  #create({ kinds }: Lane, random: Random): { vehicle: Vehicle | Bike; rider?: Outfit } {
    const { lampsOn, warm } = this.#options;
    const names = Object.keys(kinds) as Vehicle['label'][];
    const kind = pickWeighted(
      names,
      names.map((name) => kinds[name]!),
      random,
    );
    if (kind === 'bus') return { vehicle: createBus(random, lampsOn) };
    if (kind === 'truck') return { vehicle: createTruck(random, lampsOn) };
    if (kind === 'car') return { vehicle: createCar(random, lampsOn) };
    const vehicle = kind === 'bicycle' ? createBicycle(random) : createMotorbike(random, lampsOn);
    return { vehicle, rider: riderOutfit(random, { kind, warm }) };
  }
}

/** Riders wear trousers or shorts, no coats; helmets on motorbikes, on half of the bicycles. */
function riderOutfit(random: Random, { kind, warm }: { kind: 'bicycle' | 'motorbike'; warm: boolean }): Outfit {
  const helmet = kind === 'motorbike' ? 'helmet' : random.chance(0.5) ? 'bike helmet' : undefined;
  const outfit = randomOutfit(random, { warm, ...(helmet && { hair: helmet }) });
  const top = outfit.top === 'coat' || outfit.top === 'dress' ? 'jacket' : outfit.top;
  const height = Math.max(1.6, outfit.height);
  return {
    ...outfit,
    top,
    height,
    bottom: outfit.bottom === 'skirt' ? 'trousers' : outfit.bottom,
    bag: outfit.bag === 'backpack' ? 'backpack' : 'none',
  };
}

/** Cars along the kerbs; they never move. */
export function parkedVehicles({ seed, street }: TrafficOptions): VehicleState[] {
  const random = new Random(seed, 74);
  const parked: VehicleState[] = [];
  for (const [wanted, side] of [
    [street.parking.far, 1],
    [street.parking.near, -1],
  ] as const) {
    if (!wanted) continue;
    for (let x = street.from + 4; x < street.to - 6; x += random.between(5.6, 6.6)) {
      if (random.chance(0.3) || (street.crossing !== undefined && Math.abs(x - street.crossing) < 6)) continue;
      const vehicle = createCar(random, false);
      const turned = random.chance(0.12) ? Math.PI : 0;
      parked.push({
        track: 0,
        vehicle,
        x,
        y: side * (street.half - vehicle.width / 2 - random.between(0.12, 0.3)),
        heading: (side > 0 ? Math.PI : 0) + turned + random.between(-0.03, 0.03),
        rolled: random.float(),
      });
    }
  }
  return parked;
}

/** Bicycles that lean nowhere but stand near the houses. */
export function parkedBicycles({ seed, street }: TrafficOptions): VehicleState[] {
  const random = new Random(seed, 75);
  const count = random.below(4);
  const start = random.between(-12, 14);
  return Array.from({ length: count }, (_, n) => ({
    track: 0,
    vehicle: createBicycle(random),
    x: start + n * 0.75,
    y: street.half + street.pavement - 1.1,
    heading: Math.PI / 2 + random.between(-0.1, 0.1),
    rolled: random.float(),
  }));
}
