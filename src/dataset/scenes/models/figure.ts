import { type Mesh, MeshBuilder } from '../mesh.js';
import { box, ellipsoid, type Section, tube } from '../shapes.js';
import type { Detail } from './detail.js';
import type { Outfit } from './outfit.js';
import { SKIN } from './skin.js';

/** The rigid parts of a body. Limbs run from 0 to 1 along z (they are stretched to their length), radii are metres. */
export interface Figure {
  readonly torso: Mesh;
  readonly thigh: Mesh;
  readonly shin: Mesh;
  readonly foot: Mesh;
  readonly upperArm: Mesh;
  readonly forearm: Mesh;
  readonly hand: Mesh;
  readonly neck: Mesh;
  readonly skirt: Mesh | undefined;
  readonly bag: Mesh | undefined;
}

const cache = new Map<string, Figure>();

/** The parts of a person; people of about the same build and clothes share them. */
export function figureOf(outfit: Outfit, detail: Detail): Figure {
  const build = Math.round(outfit.build * 12) / 12;
  const { female, top, bottom, stripes, bag } = outfit;
  const key = [detail, build, female, top, bottom, stripes, bag].join();
  let figure = cache.get(key);
  if (figure === undefined) {
    figure = makeFigure({ ...outfit, build }, [10, 7, 5][detail]!);
    cache.set(key, figure);
  }
  return figure;
}

function makeFigure(outfit: Outfit, around: number): Figure {
  const { build: b, top, bottom, bag } = outfit;
  const thick = top === 'jacket' || top === 'coat' ? 1.16 : 1;
  const loose = bottom === 'trousers' && top !== 'dress' ? 1.12 : 1;
  const sleeve = top === 't-shirt' || top === 'dress' ? SKIN.top : SKIN.sleeve;
  return {
    torso: torso(outfit, { thick, around: around + 4 }),
    thigh: limb(
      [0.088 * b * loose, 0.08 * b * loose, 0.058 * loose],
      bottom === 'skirt' ? SKIN.leg : SKIN.bottom,
      around,
    ),
    shin: limb(
      [0.057 * loose, 0.056 * loose, bottom === 'trousers' && top !== 'dress' ? 0.052 : 0.036],
      SKIN.leg,
      around,
    ),
    foot: foot(around),
    upperArm: limb([0.055 * thick * b, 0.048 * thick, 0.04 * thick], sleeve, around),
    forearm: limb([0.04 * thick, 0.037 * thick, 0.027 * thick], SKIN.sleeve, around),
    hand: hand(around),
    neck: limb([0.058, 0.052, 0.05], SKIN.skin, around),
    skirt: bottom === 'skirt' || top === 'coat' ? skirt(outfit) : undefined,
    bag: bag === 'none' ? undefined : bagMesh(bag),
  };
}

/** A tapered limb with rounded ends. */
function limb([r0, r1, r2]: readonly [number, number, number], slot: number, around: number): Mesh {
  const into = new MeshBuilder();
  const sections = [
    { at: -0.13, rx: r0 * 0.55, ry: r0 * 0.55 },
    { at: -0.07, rx: r0 * 0.86, ry: r0 * 0.86 },
    { at: 0.02, rx: r0, ry: r0 },
    { at: 0.4, rx: r1 * 1.02, ry: r1 * 1.02 },
    { at: 0.72, rx: (r1 + r2) / 2, ry: (r1 + r2) / 2 },
    { at: 0.98, rx: r2, ry: r2 },
    { at: 1.05, rx: r2 * 0.85, ry: r2 * 0.85 },
    { at: 1.09, rx: r2 * 0.5, ry: r2 * 0.5 },
  ];
  tube(into, { from: [0, 0, 0], to: [0, 0, 1], sections, slot, around });
  return into.build();
}

/** From the crotch (0) to the base of the neck (1); x forward, y left. */
function torso({ build: b, female, top, stripes }: Outfit, { thick, around }: { thick: number; around: number }): Mesh {
  const into = new MeshBuilder();
  const wide = (half: number): number => half * b * thick;
  const sections: Section[] = [
    { at: -0.04, rx: wide(0.07), ry: wide(0.09) },
    { at: 0.02, rx: wide(0.1), ry: wide(0.14) },
    { at: 0.12, rx: wide(0.115), ry: wide(female ? 0.17 : 0.16) },
    { at: 0.25, rx: wide(0.105), ry: wide(female ? 0.15 : 0.152), dx: 0.01 },
    { at: 0.38, rx: wide(0.1), ry: wide(female ? 0.128 : 0.148), dx: 0.012 },
    { at: 0.5, rx: wide(0.108), ry: wide(female ? 0.14 : 0.16), dx: 0.015 },
    { at: 0.63, rx: wide(female ? 0.128 : 0.12), ry: wide(female ? 0.155 : 0.175), dx: female ? 0.025 : 0.012 },
    { at: 0.76, rx: wide(0.112), ry: wide(female ? 0.165 : 0.185), dx: 0.005 },
    { at: 0.87, rx: wide(0.092), ry: wide(female ? 0.165 : 0.185), dx: -0.005 },
    { at: 0.945, rx: wide(0.07), ry: wide(0.12), dx: -0.012 },
    { at: 0.985, rx: wide(0.055), ry: wide(0.07), dx: -0.012 },
    { at: 1.0, rx: 0.045, ry: 0.05, dx: -0.01 },
  ];
  const shirt = top === 'dress' || top === 'coat' ? SKIN.top : SKIN.bottom;
  const slots = sections.map((_, n) => (n < 2 ? shirt : stripes && n % 2 === 0 ? SKIN.accent : SKIN.top));
  tube(into, { from: [0, 0, 0], to: [0, 0, 1], sections, slot: SKIN.top, slots, around });
  return into.build();
}

/** From the ankle: x forward, the sole at z = -0.075 (for a person of 1.75 m). */
function foot(around: number): Mesh {
  const into = new MeshBuilder();
  const sections = [
    { at: 0, rx: 0.02, ry: 0.025, dx: 0.015 },
    { at: 0.06, rx: 0.036, ry: 0.038, dx: 0.006 },
    { at: 0.3, rx: 0.05, ry: 0.043, dx: -0.005 },
    { at: 0.55, rx: 0.036, ry: 0.047, dx: 0.012 },
    { at: 0.8, rx: 0.026, ry: 0.05, dx: 0.022 },
    { at: 0.95, rx: 0.02, ry: 0.04, dx: 0.026 },
    { at: 1, rx: 0.01, ry: 0.02, dx: 0.03 },
  ];
  tube(into, {
    from: [-0.075, 0, -0.026],
    to: [0.2, 0, -0.026],
    side: [0, 0, -1],
    sections,
    slot: SKIN.shoes,
    around,
  });
  ellipsoid(into, {
    centre: [0.062, 0, -0.066],
    radii: [0.138, 0.048, 0.012],
    slot: SKIN.sole,
    around,
    rows: around >> 1,
  });
  return into.build();
}

/** From the wrist down -z... along z from 0 to 1 metre scale: fingers together. */
function hand(around: number): Mesh {
  const into = new MeshBuilder();
  ellipsoid(into, {
    centre: [0.004, 0, 0.075],
    radii: [0.026, 0.042, 0.088],
    slot: SKIN.skin,
    around: around - 2,
    rows: around >> 1,
  });
  ellipsoid(into, {
    centre: [0.03, 0.012, 0.055],
    radii: [0.016, 0.014, 0.045],
    slot: SKIN.skin,
    around: around - 2,
    rows: around >> 1,
  });
  return into.build();
}

/** From the waist (0) down to the hem (1, stretched). */
function skirt({ build: b, top, female }: Outfit): Mesh {
  const into = new MeshBuilder();
  const flare = top === 'coat' ? 0.235 : female ? 0.24 : 0.22;
  const sections = [0, 0.15, 0.4, 0.7, 1].map((at) => ({
    at,
    rx: b * (0.115 + (flare - 0.12) * at ** 0.9),
    ry: b * (0.15 + (flare - 0.14) * at ** 0.9),
  }));
  tube(into, {
    from: [0, 0, 0],
    to: [0, 0, 1],
    sections,
    slot: top === 'coat' || top === 'dress' ? SKIN.top : SKIN.bottom,
    around: 16,
  });
  return into.build();
}

function bagMesh(bag: Outfit['bag']): Mesh {
  const into = new MeshBuilder();
  if (bag === 'backpack') {
    const sections = [0, 0.06, 0.5, 0.9, 1].map((at) => ({
      at,
      rx: at === 0 || at === 1 ? 0.05 : 0.085,
      ry: at === 0 || at === 1 ? 0.1 : 0.145,
    }));
    tube(into, { from: [-0.19, 0, 0.16], to: [-0.17, 0, 0.6], side: [1, 0, 0], sections, slot: SKIN.bag, around: 12 });
    for (const side of [1, -1]) box(into, [0.06, side * 0.1 - 0.02, 0.36], [0.125, side * 0.1 + 0.02, 0.56], SKIN.bag);
  } else if (bag === 'handbag') {
    box(into, [-0.13, -0.05, -0.3], [0.13, 0.05, -0.08], SKIN.bag);
    box(into, [-0.006, -0.012, -0.08], [0.006, 0.012, 0.45], SKIN.bag);
  } else {
    box(into, [-0.14, -0.06, -0.38], [0.14, 0.06, -0.06], SKIN.bag);
    box(into, [-0.08, -0.01, -0.06], [-0.065, 0.01, 0.03], SKIN.bag);
    box(into, [0.065, -0.01, -0.06], [0.08, 0.01, 0.03], SKIN.bag);
  }
  return into.build();
}
