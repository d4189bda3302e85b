import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { box, capsule, cylinder, ellipsoid, tube } from '../shapes.js';
import type { Vector } from '../vector.js';
import { SLOT } from './body.js';
import type { Saddle } from './pose.js';
import { type Vehicle, vehiclePalette } from './vehicle.js';
import { spokedWheel } from './wheel.js';

/** A vehicle with a seat; pedals turn with `turn` (rad). */
export interface Bike extends Vehicle {
  readonly saddle: (turn: number) => Saddle;
  /** Cranks and pedals, drawn turned around y at `crank` (bicycles). */
  readonly cranks?: { readonly mesh: Mesh; readonly at: Vector };
}

const WHEEL = 0.34;
const CRANK: Vector = [-0.06, 0, 0.28];
export const FRAMES = [0x1d1f22, 0xb3262a, 0x2559a0, 0xd8d9d6, 0x2f6b45, 0xe08a1e, 0x6d7379, 0x7a3d8a];

let shells: { frame: Mesh; step: Mesh } | undefined;
let wheel: Mesh | undefined;
let cranks: Mesh | undefined;

export function createBicycle(random: Random): Bike {
  shells ??= { frame: bicycleFrame(false), step: bicycleFrame(true) };
  wheel ??= spokedWheel({ radius: WHEEL, tyre: 0.02, spokes: 18, spokeWidth: 0.0018, hub: 0.03 });
  cranks ??= crankMesh();
  const sporty = random.chance(0.55);
  return {
    label: 'bicycle',
    shell: sporty ? shells.frame : shells.step,
    coarse: sporty ? shells.frame : shells.step,
    wheel,
    coarseWheel: wheel,
    wheelRadius: WHEEL,
    wheels: [
      [-0.5, 0, WHEEL],
      [0.55, 0, WHEEL],
    ],
    palette: vehiclePalette({ paint: random.pick(FRAMES), second: 0x2a1d14, lampsOn: false, rim: 0xb8bcc0 }),
    length: 1.75,
    width: 0.6,
    height: 1.05,
    cranks: { mesh: cranks, at: CRANK },
    saddle: (turn) => ({
      seat: [-0.2, 0, 0.93],
      grips: [
        [0.36, 0.25, 1.02],
        [0.36, -0.25, 1.02],
      ],
      pedals: [pedal(turn, 0.11), pedal(turn + Math.PI, -0.11)],
      lean: sporty ? 0.5 : 0.22,
      scale: 1,
    }),
  };
}

/** Clockwise as seen from the right, as wheels roll forward. */
function pedal(turn: number, y: number): Vector {
  return [CRANK[0] + 0.17 * Math.sin(turn), y, CRANK[2] + 0.17 * Math.cos(turn)];
}

/** A thin round bar. */
export function rod(into: MeshBuilder, from: Vector, to: Vector, radius: number, slot: number): void {
  cylinder(into, { from, to, radius, slot, around: 8 });
}

function bicycleFrame(stepThrough: boolean): Mesh {
  const into = new MeshBuilder();
  const [seatTop, head, headLow]: Vector[] = [
    [-0.2, 0, 0.74],
    [0.38, 0, 0.86],
    [0.415, 0, 0.7],
  ];
  const r = 0.018;
  rod(into, CRANK, [-0.21, 0, 0.88], r, SLOT.paint);
  rod(into, CRANK, headLow!, r * 1.25, SLOT.paint);
  if (stepThrough) rod(into, [-0.12, 0, 0.46], head!, r * 1.1, SLOT.paint);
  else rod(into, seatTop!, head!, r * 1.1, SLOT.paint);
  rod(into, head!, headLow!, r * 1.5, SLOT.paint);
  for (const side of [1, -1]) {
    rod(into, [CRANK[0], side * 0.02, CRANK[2]], [-0.5, side * 0.06, WHEEL], r * 0.7, SLOT.paint);
    rod(into, [-0.195, side * 0.02, 0.7], [-0.5, side * 0.06, WHEEL], r * 0.6, SLOT.paint);
    rod(into, [0.42, side * 0.045, 0.7], [0.55, side * 0.05, WHEEL], r * 0.75, SLOT.paint);
    rod(into, [0.37, 0, 1.0], [0.33, side * 0.27, 1.02], r * 0.75, SLOT.metal);
    capsule(into, {
      from: [0.34, side * 0.22, 1.02],
      to: [0.3, side * 0.3, 1.02],
      r0: 0.02,
      r1: 0.02,
      slot: SLOT.black,
      around: 6,
    });
  }
  rod(into, [0.38, 0, 0.86], [0.37, 0, 1.0], r * 0.8, SLOT.metal);
  rod(into, [-0.21, 0, 0.86], [-0.215, 0, 0.91], r * 0.8, SLOT.metal);
  const sections = [
    { at: 0, rx: 0.015, ry: 0.05 },
    { at: 0.25, rx: 0.03, ry: 0.08 },
    { at: 0.7, rx: 0.025, ry: 0.04 },
    { at: 1, rx: 0.012, ry: 0.02 },
  ];
  tube(into, { from: [-0.34, 0, 0.93], to: [-0.06, 0, 0.93], side: [0, 0, 1], sections, slot: SLOT.black, around: 8 });
  rod(into, [CRANK[0], -0.035, CRANK[2]], [CRANK[0], -0.045, CRANK[2]], 0.095, SLOT.metal);
  if (stepThrough) {
    box(into, [-0.72, -0.06, 0.72], [-0.36, 0.06, 0.74], SLOT.metal);
    box(into, [0.44, -0.15, 0.78], [0.72, 0.15, 1.0], SLOT.second);
  }
  ellipsoid(into, { centre: [-0.42, 0, 0.6], radii: [0.02, 0.03, 0.025], slot: SLOT.taillight, around: 6, rows: 4 });
  ellipsoid(into, { centre: [0.47, 0, 0.82], radii: [0.03, 0.035, 0.035], slot: SLOT.headlight, around: 6, rows: 4 });
  return into.build();
}

/** Around the crank's axle, the left pedal up. */
function crankMesh(): Mesh {
  const into = new MeshBuilder();
  for (const side of [1, -1]) {
    rod(into, [0, side * 0.05, 0], [0, side * 0.06, side * 0.17], 0.012, SLOT.metal);
    box(
      into,
      [-0.05, side * 0.11 - 0.045, side * 0.17 - 0.012],
      [0.05, side * 0.11 + 0.045, side * 0.17 + 0.012],
      SLOT.black,
    );
  }
  return into.build();
}
