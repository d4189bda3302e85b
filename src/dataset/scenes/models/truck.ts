import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { cylinder, ellipsoid } from '../shapes.js';
import { addBody, type BodyPlan, curve, SLOT } from './body.js';
import { axles, block, Cache, coarseWheel, type Vehicle, vehiclePalette } from './vehicle.js';
import { addChassis, carWheel } from './wheel.js';

type Load = 'box' | 'tipper' | 'tank' | 'flat';

interface TruckPlan {
  readonly length: number;
  readonly cab: number;
  readonly width: number;
  readonly cabHeight: number;
  readonly boxHeight: number;
  readonly radius: number;
  readonly axles: readonly number[];
}

const PLANS: Readonly<Record<'light' | 'medium' | 'heavy', TruckPlan>> = {
  light: { length: 6.2, cab: 1.75, width: 2.1, cabHeight: 2.25, boxHeight: 3.0, radius: 0.38, axles: [-1.75, 2.05] },
  medium: { length: 7.8, cab: 1.95, width: 2.45, cabHeight: 2.75, boxHeight: 3.5, radius: 0.47, axles: [-2.1, 2.75] },
  heavy: { length: 9.6, cab: 2.2, width: 2.5, cabHeight: 3.25, boxHeight: 3.85, radius: 0.5, axles: [-3.4, -2.1, 3.4] },
};

const CABS = [0xf0f0ee, 0xe6e8ea, 0xb9252b, 0x1f4f9a, 0x2e6b3d, 0xd9a21b, 0x33383e, 0x8f979e, 0xd4561c];
const BOXES = [0xeeeeea, 0xe0e2e3, 0xf2efe6, 0xc23a2e, 0x2b5fa3, 0x3f7d4f, 0xd8b23a, 0x7b8791];

const meshes = new Cache<Mesh>();

/** A lorry with a box, a tipper, a tank or a flat bed. */
export function createTruck(random: Random, lampsOn: boolean): Vehicle {
  const size = random.pick(['light', 'light', 'medium', 'medium', 'heavy'] as const);
  const load = random.pick(['box', 'box', 'box', 'tipper', 'tank', 'flat'] as const);
  const plan = PLANS[size];
  const second = load === 'tank' ? 0xc4c8cb : random.pick(BOXES);
  return {
    label: 'truck',
    shell: meshes.get(`${size} ${load}`, () => truckShell(plan, { load, coarse: false })),
    coarse: meshes.get(`${size} ${load} coarse`, () => truckShell(plan, { load, coarse: true })),
    wheel: meshes.get(`wheel ${plan.radius}`, () => carWheel(plan.radius, 0.3, 8)),
    coarseWheel: meshes.get(`coarse wheel ${plan.radius}`, () => coarseWheel(plan.radius, 0.3)),
    wheelRadius: plan.radius,
    wheels: axles(plan.axles, plan.width / 2 - 0.19, plan.radius),
    palette: vehiclePalette({ paint: random.pick(CABS), second, lampsOn, rim: 0x9fa3a6 }),
    length: plan.length,
    width: plan.width,
    height: load === 'box' ? plan.boxHeight : plan.cabHeight,
  };
}

function truckShell(plan: TruckPlan, { load, coarse }: { load: Load; coarse: boolean }): Mesh {
  const into = new MeshBuilder();
  addCab(into, plan, coarse);
  const half = plan.length / 2;
  const bedEnd = half - plan.cab - 0.12;
  const floor = plan.radius * 2 + 0.12;
  addChassis(into, [-half + 0.1, -0.45, 0.45], [half - 0.4, 0.45, floor]);
  block(into, [(bedEnd - half) / 2, 0, floor], [plan.length - plan.cab - 0.15, plan.width * 0.94, 0.1], SLOT.trim);
  addLoad(into, plan, { load, floor, from: -half, to: bedEnd });
  for (const x of plan.axles.slice(0, -1)) {
    for (const side of [1, -1])
      block(
        into,
        [x, side * (plan.width / 2 - 0.2), plan.radius * 2 + 0.06],
        [plan.radius * 2.2, 0.4, 0.05],
        SLOT.black,
      );
  }
  for (const side of [1, -1]) {
    block(into, [0.1, side * (plan.width / 2 - 0.1), floor - 0.3], [plan.length * 0.22, 0.16, 0.42], SLOT.trim);
    block(into, [-half - 0.01, side * (plan.width / 2 - 0.25), floor - 0.15], [0.06, 0.4, 0.14], SLOT.taillight);
  }
  block(into, [-half + 0.02, 0, 0.55], [0.12, plan.width * 0.85, 0.14], SLOT.trim);
  block(into, [-half - 0.05, 0, 0.75], [0.03, 0.5, 0.11], SLOT.plate);
  return into.build();
}

/** The cab is a short body of its own, moved to the front. */
function addCab(
  into: MeshBuilder,
  { length, cab, width, cabHeight: h, radius, axles: places }: TruckPlan,
  coarse: boolean,
): void {
  const shell = new MeshBuilder();
  const front = places.at(-1)! - (length / 2 - cab / 2);
  const body: BodyPlan = {
    length: cab,
    width,
    top: curve(
      `0:${h * 0.93} 0.03:${h * 0.985} 0.2:${h} 0.62:${h * 0.99} 0.78:${h * 0.94} 0.97:${h * 0.62} 1:${h * 0.58}`,
    ),
    belt: curve(`0:${h * 0.55} 1:${h * 0.53}`),
    plan: curve('0:1 0.8:1 0.93:0.97 0.985:0.93 1:0.88'),
    tumblehome: 0.94,
    sill: radius * 0.95,
    arches: [front],
    archRadius: radius + 0.07,
    windows: [[0.3, 0.9]],
    screens: [[0.76, 0.985]],
    step: coarse ? 0.24 : 0.075,
    lamps: false,
  };
  addBody(shell, body);
  const mesh = shell.build();
  const shift = length / 2 - cab / 2;
  into.append(mesh, shift);
  if (coarse) return;
  const nose = length / 2;
  block(into, [nose + 0.06, 0, h * 0.46], [0.1, width * 0.78, h * 0.13], SLOT.black);
  block(into, [nose + 0.04, 0, radius * 0.95 + 0.14], [0.16, width * 0.94, 0.3], SLOT.trim);
  block(into, [nose + 0.13, 0, radius + 0.16], [0.02, 0.5, 0.11], SLOT.plate);
  for (const side of [1, -1]) {
    ellipsoid(into, {
      centre: [nose + 0.06, side * width * 0.37, h * 0.34],
      radii: [0.08, 0.2, 0.1],
      slot: SLOT.headlight,
    });
    block(into, [nose - 0.25, side * (width / 2 + 0.2), h * 0.7], [0.12, 0.2, 0.45], SLOT.black);
    block(into, [nose - 0.25, side * (width / 2 + 0.08), h * 0.8], [0.05, 0.2, 0.05], SLOT.black);
  }
}

interface Bed {
  readonly load: Load;
  readonly floor: number;
  readonly from: number;
  readonly to: number;
}

function addLoad(into: MeshBuilder, { width, boxHeight, cabHeight }: TruckPlan, { load, floor, from, to }: Bed): void {
  const [middle, long] = [(from + to) / 2, to - from];
  if (load === 'box') {
    block(into, [middle, 0, (floor + boxHeight) / 2 + 0.05], [long, width, boxHeight - floor - 0.05], SLOT.second);
    for (const side of [1, -1]) {
      block(
        into,
        [from - 0.01, side * width * 0.24, (floor + boxHeight) / 2],
        [0.03, 0.03, boxHeight - floor - 0.2],
        SLOT.metal,
      );
      block(into, [middle, side * (width / 2), boxHeight], [long, 0.04, 0.08], SLOT.metal);
      block(into, [middle, side * (width / 2), floor + 0.1], [long, 0.04, 0.08], SLOT.metal);
    }
  } else if (load === 'tank') {
    const r = width * 0.44;
    cylinder(into, {
      from: [from + 0.15, 0, floor + r + 0.1],
      to: [to - 0.1, 0, floor + r + 0.1],
      radius: r,
      slot: SLOT.metal,
      capSlot: SLOT.second,
      around: 24,
    });
    block(into, [middle, 0, floor + 2 * r + 0.13], [long * 0.7, 0.5, 0.08], SLOT.trim);
  } else {
    const height = load === 'tipper' ? cabHeight * 0.4 : 0.35;
    for (const side of [1, -1])
      block(into, [middle, side * (width / 2 - 0.03), floor + height / 2], [long, 0.08, height], SLOT.second);
    for (const x of [from + 0.04, to - 0.04])
      block(into, [x, 0, floor + height / 2], [0.08, width, height], SLOT.second);
    if (load === 'tipper') {
      for (let n = 0; n < 6; n++)
        for (const side of [1, -1])
          block(
            into,
            [from + (long * (n + 0.5)) / 6, side * (width / 2 + 0.02), floor + height / 2],
            [0.09, 0.08, height],
            SLOT.second,
          );
      ellipsoid(into, {
        centre: [middle, 0, floor + height * 0.85],
        radii: [long * 0.46, width * 0.44, 0.35],
        slot: SLOT.black,
      });
    } else {
      for (let n = 0; n < 4; n++)
        block(
          into,
          [from + (long * (n + 0.5)) / 4, ((n % 2) - 0.5) * 0.3, floor + 0.35 + (n % 3) * 0.12],
          [long * 0.2, width * 0.55, 0.6 + (n % 3) * 0.24],
          n % 2 === 0 ? SLOT.indicator : SLOT.plate,
        );
    }
  }
}
