import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { ellipsoid } from '../shapes.js';
import { addBody, type BodyPlan, type Curve, curve, SLOT, valueAt } from './body.js';
import { pickWeighted } from './pick.js';
import { axles, block, Cache, coarseWheel, type Vehicle, vehiclePalette } from './vehicle.js';
import { addChassis, carWheel } from './wheel.js';

interface CarStyle {
  readonly length: number;
  readonly width: number;
  readonly top: Curve;
  readonly belt: Curve;
  readonly windows: BodyPlan['windows'];
  readonly screens: BodyPlan['screens'];
  readonly sill: number;
  readonly radius: number;
  readonly axles: readonly [rear: number, front: number];
  readonly tumblehome: number;
  readonly share: number;
}

const STYLES: Readonly<Record<string, CarStyle>> = {
  sedan: {
    length: 4.6,
    width: 1.82,
    sill: 0.26,
    radius: 0.325,
    axles: [-1.36, 1.38],
    tumblehome: 0.76,
    share: 3,
    top: curve(
      '0:0.62 0.012:0.9 0.03:0.97 0.15:1.03 0.2:1.12 0.3:1.38 0.38:1.45 0.5:1.47 0.58:1.43 0.64:1.33 0.745:1.02 0.78:0.98 0.93:0.86 0.975:0.76 0.992:0.66 1:0.5',
    ),
    belt: curve('0:0.86 0.2:0.95 0.7:0.9 0.9:0.8 1:0.6'),
    windows: [
      [0.225, 0.29],
      [0.305, 0.455],
      [0.475, 0.7],
    ],
    screens: [
      [0.175, 0.31],
      [0.615, 0.745],
    ],
  },
  hatchback: {
    length: 4.05,
    width: 1.77,
    sill: 0.26,
    radius: 0.315,
    axles: [-1.2, 1.3],
    tumblehome: 0.78,
    share: 4,
    top: curve(
      '0:0.6 0.012:0.88 0.03:1.02 0.1:1.33 0.16:1.47 0.4:1.52 0.55:1.5 0.62:1.4 0.75:1.06 0.79:1.0 0.93:0.87 0.975:0.76 0.992:0.66 1:0.5',
    ),
    belt: curve('0:0.9 0.2:0.97 0.7:0.91 0.9:0.8 1:0.6'),
    windows: [
      [0.12, 0.19],
      [0.205, 0.42],
      [0.44, 0.71],
    ],
    screens: [
      [0.035, 0.13],
      [0.59, 0.75],
    ],
  },
  suv: {
    length: 4.5,
    width: 1.88,
    sill: 0.34,
    radius: 0.36,
    axles: [-1.33, 1.36],
    tumblehome: 0.8,
    share: 3,
    top: curve(
      '0:0.7 0.012:1.0 0.03:1.15 0.08:1.5 0.13:1.64 0.4:1.69 0.56:1.67 0.63:1.55 0.74:1.2 0.78:1.13 0.94:1.02 0.98:0.9 0.993:0.78 1:0.6',
    ),
    belt: curve('0:1.02 0.3:1.07 0.7:1.03 0.92:0.95 1:0.7'),
    windows: [
      [0.085, 0.2],
      [0.22, 0.43],
      [0.45, 0.7],
    ],
    screens: [
      [0.03, 0.11],
      [0.6, 0.74],
    ],
  },
  wagon: {
    length: 4.65,
    width: 1.83,
    sill: 0.26,
    radius: 0.325,
    axles: [-1.37, 1.4],
    tumblehome: 0.78,
    share: 2,
    top: curve(
      '0:0.62 0.012:0.9 0.03:1.02 0.1:1.38 0.15:1.45 0.45:1.5 0.58:1.47 0.64:1.36 0.745:1.03 0.78:0.98 0.93:0.86 0.975:0.76 0.992:0.66 1:0.5',
    ),
    belt: curve('0:0.92 0.2:0.96 0.7:0.9 0.9:0.8 1:0.6'),
    windows: [
      [0.09, 0.24],
      [0.255, 0.45],
      [0.47, 0.7],
    ],
    screens: [
      [0.035, 0.12],
      [0.615, 0.745],
    ],
  },
  van: {
    length: 5.0,
    width: 1.95,
    sill: 0.3,
    radius: 0.335,
    axles: [-1.6, 1.62],
    tumblehome: 0.9,
    share: 1.5,
    top: curve(
      '0:0.7 0.006:1.7 0.02:1.9 0.06:1.95 0.6:1.97 0.68:1.92 0.74:1.75 0.855:1.2 0.89:1.12 0.965:0.95 0.985:0.8 1:0.55',
    ),
    belt: curve('0:1.1 0.8:1.06 0.92:0.95 1:0.65'),
    windows: [[0.69, 0.83]],
    screens: [[0.71, 0.86]],
  },
  pickup: {
    length: 5.2,
    width: 1.9,
    sill: 0.42,
    radius: 0.38,
    axles: [-1.6, 1.65],
    tumblehome: 0.8,
    share: 1,
    top: curve(
      '0:0.75 0.008:1.05 0.36:1.07 0.375:1.45 0.4:1.75 0.56:1.78 0.62:1.68 0.72:1.24 0.75:1.18 0.95:1.1 0.985:0.95 1:0.7',
    ),
    belt: curve('0:1.02 0.7:1.08 0.94:1.0 1:0.8'),
    windows: [
      [0.39, 0.495],
      [0.515, 0.69],
    ],
    screens: [
      [0.365, 0.4],
      [0.585, 0.72],
    ],
  },
};

const PLAN: Curve = curve('0:0.86 0.012:0.92 0.06:0.97 0.2:1 0.8:1 0.92:0.965 0.97:0.88 0.99:0.78 1:0.7');

const PAINTS = [
  0xf0f0ee, 0xe4e6e8, 0x16181b, 0x0d0e10, 0x8c9196, 0xb6babd, 0x5a6068, 0x1d3a6b, 0x2f5f9e, 0x7c1518, 0xb3262a,
  0x23452f, 0x6b5a43, 0xd8cdb8, 0x9a3b12, 0x30506a, 0xc9a227,
];
const PAINT_SHARES = [8, 5, 6, 5, 6, 6, 5, 3, 3, 2, 3, 1, 1, 1, 1, 2, 1];

const meshes = new Cache<Mesh>();

export function createCar(random: Random, lampsOn: boolean): Vehicle {
  const names = Object.keys(STYLES);
  const name = pickWeighted(
    names,
    names.map((key) => STYLES[key]!.share),
    random,
  );
  const style = STYLES[name]!;
  const spokes = random.pick([5, 6, 7, 10]);
  const paint = pickWeighted(PAINTS, PAINT_SHARES, random);
  return {
    label: 'car',
    shell: meshes.get(name, () => carShell(style, false)),
    coarse: meshes.get(`${name} coarse`, () => carShell(style, true)),
    wheel: meshes.get(`wheel ${style.radius} ${spokes}`, () => carWheel(style.radius, 0.2, spokes)),
    coarseWheel: meshes.get(`coarse wheel ${style.radius}`, () => coarseWheel(style.radius, 0.2)),
    wheelRadius: style.radius,
    wheels: axles(style.axles, style.width / 2 - 0.115, style.radius),
    palette: vehiclePalette({ paint, second: 0x333333, lampsOn, rim: random.pick([0xb9bdc1, 0x8d9196, 0x33363a]) }),
    length: style.length,
    width: style.width,
    height: Math.max(...style.top.map(([, z]) => z)),
  };
}

function carShell(style: CarStyle, coarse: boolean): Mesh {
  const into = new MeshBuilder();
  const body: BodyPlan = {
    ...style,
    plan: PLAN,
    arches: style.axles,
    archRadius: style.radius + 0.055,
    step: coarse ? 0.3 : 0.09,
  };
  addBody(into, body);
  const [half, wide] = [style.length / 2, style.width / 2];
  addChassis(into, [-half + 0.18, -wide + 0.2, style.sill - 0.06], [half - 0.25, wide - 0.2, 0.75]);
  if (coarse) return into.build();
  addFront(into, body, half, wide);
  addRear(into, body, half, wide);
  for (const side of [1, -1]) {
    addSide(into, { body, side, half, wide });
  }
  return into.build();
}

interface Side {
  readonly body: BodyPlan;
  readonly side: number;
  readonly half: number;
  readonly wide: number;
}

function addFront(into: MeshBuilder, body: BodyPlan, half: number, wide: number): void {
  const nose = valueAt(body.top, 0.985);
  const low = body.sill;
  block(into, [half + 0.03, 0, low + (nose - low) * 0.24], [0.1, wide * 1.15, (nose - low) * 0.3], SLOT.black);
  block(into, [half + 0.03, 0, low + (nose - low) * 0.7], [0.1, wide * 0.7, (nose - low) * 0.2], SLOT.black);
  block(into, [half + 0.09, 0, low + (nose - low) * 0.47], [0.03, 0.5, 0.11], SLOT.plate);
}

function addRear(into: MeshBuilder, body: BodyPlan, half: number, wide: number): void {
  const deck = Math.min(valueAt(body.top, 0.03), valueAt(body.belt, 0.05) + 0.05);
  const low = body.sill;
  block(into, [-half - 0.01, 0, low + (deck - low) * 0.22], [0.1, wide * 1.6, (deck - low) * 0.28], SLOT.trim);
  block(into, [-half - 0.05, 0, low + (deck - low) * 0.6], [0.04, 0.5, 0.11], SLOT.plate);
}

/** Mirror, door gaps and handles. */
function addSide(into: MeshBuilder, { body, side, half, wide }: Side): void {
  const front = body.windows.at(-1)![1];
  const mirror = (front - 0.5) * 2 * half - 0.12;
  ellipsoid(into, {
    centre: [mirror, side * (wide + 0.1), valueAt(body.belt, front) + 0.08],
    radii: [0.07, 0.12, 0.075],
    slot: SLOT.paint,
  });
  const doors = body.windows.length > 1 ? body.windows.slice(-2) : body.windows;
  for (const [from] of doors) {
    const x = (from - 0.5) * 2 * half - 0.03;
    const belt = valueAt(body.belt, from);
    block(
      into,
      [x, side * (wide * 0.992), (body.sill + belt) / 2 + 0.06],
      [0.014, 0.012, belt - body.sill - 0.22],
      SLOT.black,
    );
    block(into, [x + 0.16, side * (wide * 0.995), belt - 0.12], [0.17, 0.035, 0.025], SLOT.trim);
  }
}
