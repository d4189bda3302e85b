import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { surface } from '../render/material.js';
import { box, capsule, ellipsoid, tube } from '../shapes.js';
import { type Bike, FRAMES, rod } from './bicycle.js';
import { SLOT } from './body.js';
import { vehiclePalette } from './vehicle.js';
import { spokedWheel } from './wheel.js';

const BIKE_WHEEL = 0.3;
let motorbikes: { scooter: Mesh; naked: Mesh } | undefined;
let motorWheel: Mesh | undefined;

export function createMotorbike(random: Random, lampsOn: boolean): Bike {
  motorbikes ??= { scooter: scooterMesh(), naked: nakedMesh() };
  motorWheel ??= spokedWheel({ radius: BIKE_WHEEL, tyre: 0.06, spokes: 6, spokeWidth: 0.02, hub: 0.06 });
  const scooter = random.chance(0.45);
  const palette = vehiclePalette({
    paint: random.pick([...FRAMES, 0x0e0f11, 0xc9cdd0]),
    second: 0x1b1c1e,
    lampsOn,
    rim: 0x85898d,
  });
  palette[SLOT.second] = surface(0x1b1c1e, 'plastic');
  return {
    label: 'motorbike',
    shell: scooter ? motorbikes.scooter : motorbikes.naked,
    coarse: scooter ? motorbikes.scooter : motorbikes.naked,
    wheel: motorWheel,
    coarseWheel: motorWheel,
    wheelRadius: BIKE_WHEEL,
    wheels: [
      [-0.68, 0, BIKE_WHEEL],
      [0.72, 0, BIKE_WHEEL],
    ],
    palette,
    length: 2.05,
    width: 0.75,
    height: 1.15,
    saddle: () => ({
      seat: [-0.22, 0, 0.8],
      grips: [
        [0.36, 0.32, 1.03],
        [0.36, -0.32, 1.03],
      ],
      pedals: scooter
        ? [
            [0.28, 0.14, 0.34],
            [0.28, -0.14, 0.34],
          ]
        : [
            [-0.12, 0.2, 0.36],
            [-0.12, -0.2, 0.36],
          ],
      lean: scooter ? 0.08 : 0.28,
      scale: 1,
    }),
  };
}

function addSteering(into: MeshBuilder): void {
  for (const side of [1, -1]) {
    rod(into, [0.48, side * 0.09, 0.92], [0.72, side * 0.09, BIKE_WHEEL], 0.028, SLOT.metal);
    rod(into, [0.44, 0, 1.0], [0.36, side * 0.34, 1.04], 0.016, SLOT.metal);
    capsule(into, {
      from: [0.37, side * 0.28, 1.04],
      to: [0.34, side * 0.38, 1.04],
      r0: 0.022,
      r1: 0.022,
      slot: SLOT.black,
      around: 6,
    });
    rod(into, [0.4, side * 0.22, 1.04], [0.4, side * 0.3, 1.2], 0.008, SLOT.black);
    ellipsoid(into, {
      centre: [0.4, side * 0.32, 1.22],
      radii: [0.02, 0.06, 0.04],
      slot: SLOT.black,
      around: 8,
      rows: 6,
    });
  }
  ellipsoid(into, { centre: [0.57, 0, 0.93], radii: [0.08, 0.1, 0.09], slot: SLOT.headlight, around: 12, rows: 8 });
  ellipsoid(into, {
    centre: [0.72, 0, BIKE_WHEEL + 0.23],
    radii: [0.26, 0.07, 0.1],
    slot: SLOT.paint,
    around: 12,
    rows: 6,
  });
}

function nakedMesh(): Mesh {
  const into = new MeshBuilder();
  addSteering(into);
  ellipsoid(into, { centre: [0.2, 0, 0.86], radii: [0.3, 0.15, 0.13], slot: SLOT.paint, around: 16, rows: 10 });
  ellipsoid(into, { centre: [0.06, 0, 0.5], radii: [0.26, 0.19, 0.19], slot: SLOT.black, around: 12, rows: 8 });
  box(into, [-0.2, -0.16, 0.36], [0.26, 0.16, 0.56], SLOT.trim);
  for (let n = 0; n < 4; n++) box(into, [0.02, -0.2, 0.56 + n * 0.035], [0.24, 0.2, 0.575 + n * 0.035], SLOT.metal);
  const seat = [
    { at: 0, rx: 0.04, ry: 0.07 },
    { at: 0.3, rx: 0.06, ry: 0.12 },
    { at: 0.75, rx: 0.06, ry: 0.15 },
    { at: 1, rx: 0.05, ry: 0.12 },
  ];
  tube(into, {
    from: [-0.75, 0, 0.85],
    to: [0.0, 0, 0.79],
    side: [0, 0, 1],
    sections: seat,
    slot: SLOT.second,
    around: 10,
  });
  ellipsoid(into, { centre: [-0.62, 0, 0.76], radii: [0.26, 0.12, 0.09], slot: SLOT.paint, around: 12, rows: 8 });
  ellipsoid(into, { centre: [-0.86, 0, 0.78], radii: [0.04, 0.08, 0.04], slot: SLOT.taillight, around: 8, rows: 6 });
  box(into, [-0.98, -0.1, 0.52], [-0.96, 0.1, 0.64], SLOT.plate);
  rod(into, [-0.82, 0, 0.76], [-0.97, 0, 0.6], 0.02, SLOT.black);
  for (const side of [1, -1]) rod(into, [-0.05, side * 0.1, 0.42], [-0.68, side * 0.1, BIKE_WHEEL], 0.03, SLOT.trim);
  capsule(into, {
    from: [0.15, -0.17, 0.32],
    to: [-0.75, -0.19, 0.42],
    r0: 0.035,
    r1: 0.06,
    slot: SLOT.metal,
    around: 10,
  });
  rod(into, [0.42, 0, 0.95], [0.1, 0, 0.62], 0.035, SLOT.trim);
  return into.build();
}

function scooterMesh(): Mesh {
  const into = new MeshBuilder();
  addSteering(into);
  const shield = [
    { at: 0, rx: 0.05, ry: 0.16 },
    { at: 0.4, rx: 0.06, ry: 0.21 },
    { at: 0.85, rx: 0.06, ry: 0.17 },
    { at: 1, rx: 0.05, ry: 0.1 },
  ];
  tube(into, {
    from: [0.4, 0, 0.3],
    to: [0.46, 0, 0.98],
    side: [1, 0, 0],
    sections: shield,
    slot: SLOT.paint,
    around: 14,
  });
  box(into, [-0.05, -0.17, 0.26], [0.44, 0.17, 0.33], SLOT.second);
  const rear = [
    { at: 0, rx: 0.08, ry: 0.1 },
    { at: 0.25, rx: 0.19, ry: 0.17 },
    { at: 0.75, rx: 0.2, ry: 0.19 },
    { at: 1, rx: 0.14, ry: 0.14 },
  ];
  tube(into, {
    from: [-0.95, 0, 0.62],
    to: [0.0, 0, 0.52],
    side: [0, 0, 1],
    sections: rear,
    slot: SLOT.paint,
    around: 14,
  });
  const seat = [
    { at: 0, rx: 0.04, ry: 0.1 },
    { at: 0.3, rx: 0.06, ry: 0.15 },
    { at: 0.8, rx: 0.06, ry: 0.14 },
    { at: 1, rx: 0.04, ry: 0.09 },
  ];
  tube(into, {
    from: [-0.85, 0, 0.83],
    to: [0.02, 0, 0.77],
    side: [0, 0, 1],
    sections: seat,
    slot: SLOT.second,
    around: 10,
  });
  ellipsoid(into, { centre: [-0.94, 0, 0.68], radii: [0.05, 0.1, 0.05], slot: SLOT.taillight, around: 8, rows: 6 });
  box(into, [-1.0, -0.1, 0.42], [-0.98, 0.1, 0.54], SLOT.plate);
  capsule(into, {
    from: [-0.3, -0.16, 0.28],
    to: [-0.85, -0.17, 0.34],
    r0: 0.04,
    r1: 0.06,
    slot: SLOT.trim,
    around: 8,
  });
  return into.build();
}
