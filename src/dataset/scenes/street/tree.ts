import type { Random } from '#core/random.js';
import { type Mesh, MeshBuilder } from '../mesh.js';
import { type Surface, surface } from '../render/material.js';
import { tube } from '../shapes.js';
import { add, cross, scale, unit, type Vector } from '../vector.js';

/** A tree with a trunk, branches and some hundred leaf clusters. Slots: 0 bark, 1 to 4 leaves from dark to light. */
export function treeMesh(
  random: Random,
  { height, leaves = 2600 }: { readonly height: number; readonly leaves?: number },
): Mesh {
  const into = new MeshBuilder();
  const crown = height * 0.42;
  const trunkTop: Vector = [random.between(-0.2, 0.2), random.between(-0.2, 0.2), crown];
  const trunk = [0, 0.1, 0.6, 1].map((at) => ({
    at,
    rx: height * (0.028 - 0.012 * at) * (at === 0 ? 1.4 : 1),
    ry: height * (0.028 - 0.012 * at) * (at === 0 ? 1.4 : 1),
  }));
  tube(into, { from: [0, 0, -0.05], to: trunkTop, sections: trunk, slot: 0, around: 9 });
  const blobs = Array.from({ length: 7 }, (_, n) => {
    const turn = (2 * Math.PI * n) / 6 + random.between(-0.3, 0.3);
    const out = n === 6 ? 0 : height * random.between(0.14, 0.2);
    const centre: Vector = [
      out * Math.cos(turn),
      out * Math.sin(turn),
      height * (n === 6 ? 0.83 : random.between(0.55, 0.74)),
    ];
    return { centre, radius: height * random.between(0.15, 0.21) };
  });
  for (const { centre } of blobs) {
    const branch = [
      { at: 0, rx: height * 0.013, ry: height * 0.013 },
      { at: 1, rx: height * 0.005, ry: height * 0.005 },
    ];
    tube(into, { from: add(trunkTop, [0, 0, -0.15]), to: centre, sections: branch, slot: 0, around: 6 });
  }
  for (let n = 0; n < leaves; n++) {
    const { centre, radius } = blobs[n % blobs.length]!;
    const direction = unit([random.normal(), random.normal(), random.normal()]);
    const depth = Math.cbrt(random.between(0.25, 1));
    const at = add(centre, scale(direction, radius * depth));
    addLeaves(into, {
      at,
      normal: unit(add(direction, [0, 0, 0.35])),
      size: height * random.between(0.014, 0.027),
      slot:
        1 + Math.min(3, Math.floor(4 * (0.5 * depth ** 3 + 0.35 * Math.max(0, direction[2]) + 0.2 * random.float()))),
      random,
    });
  }
  return into.build();
}

/** A star of leaves, turned at random but lit like the crown's outside. */
function addLeaves(
  into: MeshBuilder,
  options: { at: Vector; normal: Vector; size: number; slot: number; random: Random },
): void {
  const { at, normal, size, slot, random } = options;
  const axis = unit([random.normal(), random.normal(), random.normal()]);
  const side = unit(cross(axis, [random.normal(), random.normal(), random.normal()]));
  const up = cross(axis, side);
  for (let n = 0; n < 3; n++) {
    const turn = (2 * Math.PI * n) / 3 + random.float();
    const point = (angle: number, r: number): Vector =>
      add(at, scale(add(scale(side, Math.cos(angle)), scale(up, Math.sin(angle))), r * size));
    const corners = [point(turn, 0.15), point(turn - 0.5, 1), point(turn + 0.45, 1.1)].map((p) =>
      into.vertex(p, normal),
    );
    into.triangle(corners[0]!, corners[1]!, corners[2]!, slot);
  }
}

export function treePalette(random: Random): Surface[] {
  const greens = random.pick([
    [0x2c4219, 0x3d5a22, 0x55752c, 0x72923c],
    [0x27401f, 0x37592a, 0x4d7336, 0x668c45],
    [0x3a4319, 0x565f22, 0x76802e, 0x98a040],
    [0x4a3a14, 0x77551a, 0xa3742a, 0xc4963a],
  ]);
  return [surface(random.pick([0x5b4a3a, 0x6a5a4a, 0x4c3f33])), ...greens.map((green) => surface(green, 'leaf'))];
}

/** A clipped hedge or shrub: leaves on a box of the given size. */
export function hedgeMesh(random: Random, [length, width, height]: Vector): Mesh {
  const into = new MeshBuilder();
  for (let n = 0; n < 260 * length; n++) {
    const onTop = random.chance(0.4);
    const side = random.chance(0.5) ? 1 : -1;
    const at: Vector = [
      random.between(-0.5, 0.5) * length,
      onTop ? random.between(-0.5, 0.5) * width : side * width * 0.5,
      onTop ? height : random.between(0.02, 1) * height,
    ];
    addLeaves(into, {
      at,
      normal: onTop ? [0, 0, 1] : [0, side, 0.3],
      size: random.between(0.07, 0.13),
      slot: 1 + random.below(4),
      random,
    });
  }
  return into.build();
}
