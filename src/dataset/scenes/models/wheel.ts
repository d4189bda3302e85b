import { type Mesh, MeshBuilder } from '../mesh.js';
import { box, cylinder, torus } from '../shapes.js';
import type { Vector } from '../vector.js';
import { SLOT } from './body.js';

/** A car's wheel that turns around the y axis, its outer face towards y. */
export function carWheel(radius: number, width: number, spokes: number): Mesh {
  const into = new MeshBuilder();
  torus(into, {
    centre: [0, 0, 0],
    radius: radius * 0.8,
    thickness: radius * 0.2,
    width: width / 2,
    slot: SLOT.tyre,
    around: 28,
  });
  const face = width * 0.32;
  cylinder(into, { from: [0, -face, 0], to: [0, face, 0], radius: radius * 0.7, slot: SLOT.black, around: 24 });
  for (let n = 0; n < spokes; n++) {
    const angle = (2 * Math.PI * n) / spokes;
    const point = (turn: number, r: number, y: number): Vector => [
      r * Math.cos(angle + turn),
      y,
      r * Math.sin(angle + turn),
    ];
    const [inner, outer] = [radius * 0.1, radius * 0.66];
    const wide = 0.9 / spokes;
    for (const side of [1, -1]) {
      const y = side * (face + 0.012);
      const points = [
        point(-wide, outer, y),
        point(wide, outer, y),
        point(wide * 3, inner, y * 0.96),
        point(-wide * 3, inner, y * 0.96),
      ];
      into.polygon(side < 0 ? points : points.reverse(), SLOT.metal);
    }
  }
  torus(into, {
    centre: [0, 0, 0],
    radius: radius * 0.66,
    thickness: radius * 0.05,
    width: face + 0.02,
    slot: SLOT.metal,
    around: 24,
    section: 6,
  });
  cylinder(into, {
    from: [0, -face - 0.02, 0],
    to: [0, face + 0.02, 0],
    radius: radius * 0.14,
    slot: SLOT.metal,
    around: 10,
  });
  return into.build();
}

/** A thin wheel with wire spokes: of bicycles, and with few and thick ones of motorbikes. */
export function spokedWheel(options: {
  radius: number;
  tyre: number;
  spokes: number;
  spokeWidth: number;
  hub: number;
}): Mesh {
  const { radius, tyre, spokes, spokeWidth, hub } = options;
  const into = new MeshBuilder();
  torus(into, { centre: [0, 0, 0], radius: radius - tyre, thickness: tyre, slot: SLOT.tyre, around: 32, section: 6 });
  torus(into, {
    centre: [0, 0, 0],
    radius: radius - 2.1 * tyre,
    thickness: tyre * 0.45,
    slot: SLOT.metal,
    around: 32,
    section: 5,
  });
  cylinder(into, { from: [0, -hub, 0], to: [0, hub, 0], radius: hub * 0.55, slot: SLOT.metal, around: 8 });
  for (let n = 0; n < spokes; n++) {
    const angle = (2 * Math.PI * n) / spokes;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const r = radius - 2 * tyre;
    const across: Vector = [-s * spokeWidth, 0, c * spokeWidth];
    const tip: Vector = [r * c, 0, r * s];
    const foot: Vector = [0, hub * (n % 2 === 0 ? 0.8 : -0.8), 0];
    const ends = [tip, foot].flatMap((p): Vector[] => [
      [p[0] + across[0], p[1], p[2] + across[2]],
      [p[0] - across[0], p[1], p[2] - across[2]],
    ]);
    into.polygon([ends[0]!, ends[1]!, ends[3]!, ends[2]!], SLOT.metal);
    into.polygon([ends[2]!, ends[3]!, ends[1]!, ends[0]!], SLOT.metal);
  }
  return into.build();
}

/** A dark box below a vehicle, so that one cannot look through between the wheels. */
export function addChassis(into: MeshBuilder, low: Vector, high: Vector): void {
  box(into, low, high, SLOT.black);
}
