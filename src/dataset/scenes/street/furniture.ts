import { type Mesh, MeshBuilder } from '../mesh.js';
import { type Surface, surface } from '../render/material.js';
import { box, capsule, cylinder, ellipsoid } from '../shapes.js';

/** Things that stand on pavements. Slots: 0 dark metal, 1 light metal, 2 wood, 3 colour, 4 lamp, 5 stone, 6 white, 7 red. */
export function furniturePalette(colour: number, lampsOn: boolean): Surface[] {
  return [
    surface(0x23272b, 'plastic'),
    surface(0x9aa0a5, 'metal'),
    surface(0x7a5a3c),
    surface(colour, 'plastic'),
    lampsOn ? surface(0xffe2b0, 'lamp') : surface(0xe8e8e4, 'plastic'),
    surface(0x9b958c),
    surface(0xeeeeea, 'plastic'),
    surface(0xb52222, 'plastic'),
  ];
}

/** A street lamp of 6 m whose arm reaches 1.6 m along x. */
export function lampPost(): Mesh {
  const into = new MeshBuilder();
  capsule(into, { from: [0, 0, 0], to: [0, 0, 5.9], r0: 0.09, r1: 0.05, slot: 0, around: 8 });
  capsule(into, { from: [0, 0, 5.8], to: [1.5, 0, 6.15], r0: 0.045, r1: 0.035, slot: 0, around: 7 });
  ellipsoid(into, { centre: [1.7, 0, 6.14], radii: [0.34, 0.14, 0.07], slot: 0, around: 12, rows: 6 });
  ellipsoid(into, { centre: [1.72, 0, 6.09], radii: [0.27, 0.1, 0.05], slot: 4, around: 12, rows: 6 });
  cylinder(into, { from: [0, 0, 0], to: [0, 0, 0.5], radius: 0.13, slot: 0, around: 10 });
  return into.build();
}

export function bench(): Mesh {
  const into = new MeshBuilder();
  for (let n = 0; n < 4; n++) box(into, [-0.85, -0.24 + n * 0.12, 0.43], [0.85, -0.15 + n * 0.12, 0.46], 2);
  for (let n = 0; n < 3; n++) box(into, [-0.85, 0.26, 0.52 + n * 0.12], [0.85, 0.29, 0.61 + n * 0.12], 2);
  for (const x of [-0.7, 0.7]) {
    box(into, [x - 0.03, -0.24, 0], [x + 0.03, -0.18, 0.43], 0);
    box(into, [x - 0.03, 0.22, 0], [x + 0.03, 0.3, 0.88], 0);
  }
  return into.build();
}

export function bin(): Mesh {
  const into = new MeshBuilder();
  cylinder(into, { from: [0, 0, 0.08], to: [0, 0, 0.85], radius: 0.22, slot: 3, capSlot: 0, around: 14 });
  cylinder(into, { from: [0, 0, 0.85], to: [0, 0, 0.93], radius: 0.25, slot: 0, around: 14 });
  return into.build();
}

export function bollard(): Mesh {
  const into = new MeshBuilder();
  capsule(into, { from: [0, 0, 0], to: [0, 0, 0.85], r0: 0.06, r1: 0.055, slot: 0, around: 8 });
  cylinder(into, { from: [0, 0, 0.72], to: [0, 0, 0.78], radius: 0.064, slot: 6, around: 10 });
  return into.build();
}

/** A round sign whose face looks along -x. */
export function roadSign(): Mesh {
  const into = new MeshBuilder();
  capsule(into, { from: [0, 0, 0], to: [0, 0, 2.9], r0: 0.03, r1: 0.03, slot: 1, around: 7 });
  cylinder(into, { from: [-0.035, 0, 2.6], to: [-0.02, 0, 2.6], radius: 0.3, slot: 1, capSlot: 1, around: 20 });
  cylinder(into, { from: [-0.045, 0, 2.6], to: [-0.035, 0, 2.6], radius: 0.3, slot: 7, capSlot: 7, around: 20 });
  cylinder(into, { from: [-0.055, 0, 2.6], to: [-0.045, 0, 2.6], radius: 0.22, slot: 6, capSlot: 6, around: 20 });
  return into.build();
}

/** A planter of stone, 1.6 m long. */
export function planter(): Mesh {
  const into = new MeshBuilder();
  box(into, [-0.8, -0.3, 0], [0.8, 0.3, 0.5], 5);
  box(into, [-0.84, -0.34, 0.44], [0.84, 0.34, 0.52], 5);
  return into.build();
}

/** A bus shelter of 3.6 m along x, open towards -y. */
export function busShelter(): Mesh {
  const into = new MeshBuilder();
  for (const x of [-1.8, 1.8])
    for (const y of [-0.65, 0.65]) box(into, [x - 0.04, y - 0.04, 0], [x + 0.04, y + 0.04, 2.4], 0);
  box(into, [-1.95, -0.85, 2.4], [1.95, 0.8, 2.5], 0);
  box(into, [-1.4, 0.2, 0.45], [1.4, 0.55, 0.5], 2);
  box(into, [1.78, -0.55, 0.3], [1.84, 0.55, 2.1], 3);
  for (const z of [0.35, 1.2, 2.1]) box(into, [-1.8, 0.63, z], [1.8, 0.67, z + 0.05], 1);
  return into.build();
}

/** An awning of 2.8 m along x that reaches 1.1 m towards -y; striped. */
export function awning(): Mesh {
  const into = new MeshBuilder();
  const stripes = 10;
  for (let n = 0; n < stripes; n++) {
    const [x0, x1] = [-1.4 + (2.8 * n) / stripes, -1.4 + (2.8 * (n + 1)) / stripes];
    const slot = n % 2 === 0 ? 3 : 6;
    into.polygon(
      [
        [x0, -1.1, 2.45],
        [x1, -1.1, 2.45],
        [x1, 0, 3.0],
        [x0, 0, 3.0],
      ],
      slot,
    );
    into.polygon(
      [
        [x0, -1.1, 2.22],
        [x1, -1.1, 2.22],
        [x1, -1.1, 2.45],
        [x0, -1.1, 2.45],
      ],
      slot,
    );
    into.polygon(
      [
        [x0, 0, 2.99],
        [x1, 0, 2.99],
        [x1, -1.1, 2.44],
        [x0, -1.1, 2.44],
      ],
      0,
    );
  }
  return into.build();
}

/** A café table with two chairs. */
export function cafeTable(): Mesh {
  const into = new MeshBuilder();
  cylinder(into, { from: [0, 0, 0.72], to: [0, 0, 0.75], radius: 0.34, slot: 6, around: 18 });
  capsule(into, { from: [0, 0, 0.02], to: [0, 0, 0.72], r0: 0.03, r1: 0.03, slot: 0, around: 7 });
  cylinder(into, { from: [0, 0, 0], to: [0, 0, 0.03], radius: 0.22, slot: 0, around: 14 });
  for (const side of [1, -1]) {
    const x = side * 0.62;
    box(into, [x - 0.2, -0.2, 0.43], [x + 0.2, 0.2, 0.47], 3);
    box(into, [x + side * 0.17, -0.2, 0.47], [x + side * 0.2, 0.2, 0.85], 3);
    for (const dx of [-0.17, 0.17])
      for (const dy of [-0.17, 0.17]) box(into, [x + dx - 0.015, dy - 0.015, 0], [x + dx + 0.015, dy + 0.015, 0.43], 0);
  }
  return into.build();
}
