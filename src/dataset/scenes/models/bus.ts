import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { ellipsoid } from '../shapes.js';
import { addBody, type BodyPlan, curve, SLOT } from './body.js';
import { axles, block, Cache, coarseWheel, type Vehicle, vehiclePalette } from './vehicle.js';
import { addChassis, carWheel } from './wheel.js';

const RADIUS = 0.48;
const WIDTH = 2.5;
const LIVERIES = [
  [0xc21f26, 0x8f1419],
  [0xf0f0ec, 0x1f5fa8],
  [0xf2c21a, 0xf2c21a],
  [0x2c6e49, 0xe9e9e2],
  [0xe9ebec, 0xd0451b],
  [0x1b4f8f, 0xe4e7ea],
  [0x6f2c91, 0xe6e3e8],
  [0xe8892b, 0xf4f1ea],
] as const;

const meshes = new Cache<Mesh>();

/** A city bus of 8 to 12 m. */
export function createBus(random: Random, lampsOn: boolean): Vehicle {
  const length = random.pick([8.4, 10.6, 12]);
  const [paint, second] = random.pick(LIVERIES);
  return {
    label: 'bus',
    shell: meshes.get(`${length}`, () => busShell(length, false)),
    coarse: meshes.get(`${length} coarse`, () => busShell(length, true)),
    wheel: meshes.get('wheel', () => carWheel(RADIUS, 0.28, 8)),
    coarseWheel: meshes.get('coarse wheel', () => coarseWheel(RADIUS, 0.28)),
    wheelRadius: RADIUS,
    wheels: axles(axlePlaces(length), WIDTH / 2 - 0.17, RADIUS),
    palette: vehiclePalette({ paint, second, lampsOn, rim: 0xa9adb0, sign: 0xf0a020 }),
    length,
    width: WIDTH,
    height: 3.05,
  };
}

function axlePlaces(length: number): [number, number] {
  return [-length / 2 + length * 0.27, length / 2 - 2.3];
}

function busShell(length: number, coarse: boolean): Mesh {
  const into = new MeshBuilder();
  const panes = Math.round((length - 1.6) / 1.5);
  const pane = (n: number): readonly [number, number] => {
    const width = 0.86 / panes;
    return [0.07 + n * width + 0.012, 0.07 + (n + 1) * width - 0.012 * (n === panes - 1 ? -1 : 1)];
  };
  const body: BodyPlan = {
    length,
    width: WIDTH,
    top: curve('0:2.7 0.006:2.95 0.02:3.03 0.5:3.05 0.97:3.03 0.99:2.95 1:2.8'),
    belt: curve('0:1.35 0.5:1.3 1:1.3'),
    plan: curve('0:0.9 0.01:0.965 0.03:1 0.97:1 0.99:0.965 1:0.9'),
    tumblehome: 0.95,
    sill: 0.33,
    arches: axlePlaces(length),
    archRadius: RADIUS + 0.06,
    windows: Array.from({ length: panes }, (_, n) => pane(n)),
    screens: [],
    secondBelow: 1.02,
    step: coarse ? 0.35 : 0.11,
    lamps: false,
  };
  addBody(into, body);
  const half = length / 2;
  addChassis(into, [-half + 0.2, -WIDTH / 2 + 0.3, 0.28], [half - 0.2, WIDTH / 2 - 0.3, 1.1]);
  block(into, [half + 0.06, 0, 1.85], [0.12, 2.18, 1.32], SLOT.glass);
  block(into, [-half - 0.03, 0, 2.1], [0.1, 1.9, 0.8], SLOT.glass);
  if (coarse) return into.build();
  // Sign, bumper and mirrors stand a little before the shell.
  block(into, [half + 0.075, 0, 1.2], [0.1, 2.1, 0.06], SLOT.black);
  block(into, [half + 0.07, 0, 2.68], [0.12, 1.7, 0.24], SLOT.black);
  for (let n = 0; n < 9; n++)
    block(into, [half + 0.135, 0.62 - n * 0.155, 2.68], [0.01, 0.09 + (n % 3) * 0.02, 0.13], SLOT.sign);
  block(into, [half + 0.05, 0, 0.48], [0.14, 2.3, 0.28], SLOT.trim);
  block(into, [half + 0.13, 0, 0.62], [0.02, 0.5, 0.11], SLOT.plate);
  block(into, [-half - 0.03, 0, 0.85], [0.08, 1.6, 0.6], SLOT.trim);
  block(into, [-half - 0.08, 0, 1.3], [0.02, 0.5, 0.11], SLOT.plate);
  for (const side of [1, -1]) {
    ellipsoid(into, { centre: [half + 0.06, side * 0.92, 0.82], radii: [0.08, 0.2, 0.12], slot: SLOT.headlight });
    block(into, [-half - 0.05, side * 1.02, 1.15], [0.06, 0.14, 0.5], SLOT.taillight);
    block(into, [half + 0.2, side * 1.36, 2.05], [0.12, 0.2, 0.42], SLOT.black);
    block(into, [half + 0.12, side * 1.25, 2.35], [0.25, 0.05, 0.06], SLOT.black);
  }
  // Doors on the right.
  for (const x of [half - 0.95, 0.15 * length - 0.4, -0.12 * length]) {
    block(into, [x, -WIDTH / 2 - 0.005, 1.38], [1.22, 0.03, 2.05], SLOT.black);
    for (const leaf of [-0.3, 0.3]) block(into, [x + leaf, -WIDTH / 2 - 0.015, 1.42], [0.5, 0.03, 1.8], SLOT.glass);
  }
  block(into, [0, 0, 3.1], [length * 0.3, 1.5, 0.2], SLOT.paint);
  return into.build();
}
