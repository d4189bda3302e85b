import type { Random } from '#core/random.js';
import type { Lamp } from '../render/light.js';
import type { Renderer } from '../render/renderer.js';
import { nest, rotatedZ, scaled, translated } from '../transform.js';
import type { Vector } from '../vector.js';
import {
  bench,
  bin,
  bollard,
  busShelter,
  cafeTable,
  furniturePalette,
  lampPost,
  planter,
  roadSign,
} from './furniture.js';
import { addGround, addMarkings } from './ground.js';
import { addHouses } from './houses.js';
import type { Mood } from './mood.js';
import { KERB, type StreetPlan } from './plan.js';
import { forDisplay, skyPanels, skyPicture } from './sky.js';
import { plainWall } from './surfaces.js';
import { hedgeMesh, treeMesh, treePalette } from './tree.js';

/** Where the lamps of a street hang. */
export function lampsOf(plan: StreetPlan, mood: Mood): Lamp[] {
  if (!mood.light.lampsOn) return [];
  return lampPlaces(plan).map(([x, y, side]) => ({
    position: [x, y - side * 1.7, 6],
    colour: [0.85, 0.6, 0.33],
    reach: 14,
  }));
}

function lampPlaces({ half }: StreetPlan): [x: number, y: number, side: number][] {
  return [-31, -9, 13, 35, 57].flatMap((x): [number, number, number][] => [
    [x, half + 0.5, 1],
    [x + 11, -half - 0.5, -1],
  ]);
}

/** Builds everything that stands still. */
export function buildStreet(
  renderer: Renderer,
  plan: StreetPlan,
  { random, mood, centre }: { random: Random; mood: Mood; centre: Vector },
): void {
  addSky(renderer, mood, { random, centre });
  addGround(renderer, plan, { random, mood });
  addMarkings(renderer, plan, random);
  const { wet, lampsOn } = mood.light;
  const options = {
    random,
    wet,
    lampsOn,
    pixels: renderer.size.width > 800 ? 1024 : renderer.size.width > 300 ? 512 : 256,
  };
  const far = plan.half + plan.pavement;
  addHouses(renderer, { from: plan.from, to: plan.to, y: far, facing: -1 }, options);
  if (plan.nearHouses) addHouses(renderer, { from: 24, to: plan.to, y: -far, facing: 1 }, options);
  addEnd(renderer, plan, random);
  addFurniture(renderer, plan, { random, lampsOn: mood.light.lampsOn });
  addTrees(renderer, plan, random);
}

function addSky(
  renderer: Renderer,
  { sky, light }: Mood,
  { random, centre }: { random: Random; centre: Vector },
): void {
  const at = (rgb: number): number => forDisplay(rgb, light);
  const look = {
    ...sky,
    zenith: at(sky.zenith),
    horizon: at(sky.horizon),
    cloudLight: at(sky.cloudLight),
    cloudDark: at(sky.cloudDark),
  };
  const texture = renderer.texture(skyPicture(random, look));
  for (const panel of skyPanels(centre)) renderer.panel({ ...panel, texture, material: 'glow', casts: false });
}

/** What closes the view along the street. */
function addEnd(renderer: Renderer, plan: StreetPlan, random: Random): void {
  const wall = renderer.texture(plainWall(random, random.pick([0xb5a892, 0x9c8f80, 0xa9aeb0])));
  const [x, wide, high] = [plan.to, plan.half + plan.pavement + 3, random.between(9, 15)];
  renderer.panel({
    points: [
      [x, wide, 0],
      [x, -wide - 30, 0],
      [x, -wide - 30, high],
      [x, wide, high],
    ],
    uvs: [
      [0, 4],
      [12, 4],
      [12, 0],
      [0, 0],
    ],
    texture: wall,
    material: 'matte',
  });
  const palette = treePalette(random);
  const mesh = treeMesh(random, { height: 8, leaves: 1400 });
  for (let n = 0; n < 6; n++) {
    const at = translated(x - random.between(2, 7), random.between(-wide, wide), 0);
    renderer.draw({
      mesh,
      transform: nest(at, rotatedZ(random.between(0, 6)), scaled(random.between(0.8, 1.2))),
      palette,
      id: 0,
      bothSides: true,
    });
  }
}

function addTrees(renderer: Renderer, plan: StreetPlan, random: Random): void {
  if (!plan.trees) return;
  const palette = treePalette(random);
  const meshes = [0, 1, 2].map(() => treeMesh(random, { height: 6.4 }));
  for (let x = plan.from; x < plan.to - 8; x += random.between(9, 14)) {
    if (plan.crossing !== undefined && Math.abs(x - plan.crossing) < 4) continue;
    const transform = nest(
      translated(x, plan.half + 0.7, KERB),
      rotatedZ(random.between(0, 6.28)),
      scaled(random.between(0.75, 1.15)),
    );
    renderer.draw({ mesh: random.pick(meshes), transform, palette, id: 0, bothSides: true });
  }
  for (let x = 14; x < plan.to - 8; x += random.between(10, 18)) {
    const transform = nest(
      translated(x, -plan.half - plan.pavement - random.between(0.5, 4), KERB),
      rotatedZ(random.between(0, 6.28)),
      scaled(random.between(0.8, 1.2)),
    );
    renderer.draw({ mesh: random.pick(meshes), transform, palette, id: 0, bothSides: true });
  }
}

function addFurniture(
  renderer: Renderer,
  plan: StreetPlan,
  { random, lampsOn }: { random: Random; lampsOn: boolean },
): void {
  const palette = furniturePalette(random.pick([0x2c5f3f, 0x274a74, 0x6d2a2a, 0x55595e]), lampsOn);
  const put = (mesh: Parameters<Renderer['draw']>[0]['mesh'], x: number, y: number, turn = 0): void =>
    renderer.draw({ mesh, transform: nest(translated(x, y, KERB), rotatedZ(turn)), palette, id: 0 });
  const lamp = lampPost();
  for (const [x, y, side] of lampPlaces(plan)) put(lamp, x, y, (-side * Math.PI) / 2);
  const wallSide = plan.half + plan.pavement;
  const things = [bench(), bin(), planter(), cafeTable(), roadSign(), bollard()] as const;
  for (let x = plan.from + 5; x < plan.to - 10; x += random.between(3, 8)) {
    if (plan.crossing !== undefined && Math.abs(x - plan.crossing) < 3) continue;
    const kind = random.below(things.length);
    if (kind === 3)
      for (let n = 0; n < 1 + random.below(3); n++)
        put(things[3], x + n * 1.9, wallSide - 0.5, random.between(-0.15, 0.15));
    else if (kind === 5) for (let n = 0; n < 5; n++) put(things[5], x + n * 1.4, plan.half + 0.45);
    else if (kind === 2) addPlanter(renderer, { x, y: wallSide - 0.5, random, palette, mesh: things[2] });
    else
      put(things[kind]!, x, kind === 0 ? wallSide - 0.6 : plan.half + 0.5, kind === 0 ? 0 : random.pick([0, Math.PI]));
  }
  if (random.chance(0.4)) put(busShelter(), random.between(-12, 18), plan.half + 1.2);
}

function addPlanter(
  renderer: Renderer,
  options: {
    x: number;
    y: number;
    random: Random;
    palette: readonly number[];
    mesh: Parameters<Renderer['draw']>[0]['mesh'];
  },
): void {
  const { x, y, random, palette, mesh } = options;
  renderer.draw({ mesh, transform: translated(x, y, KERB), palette, id: 0 });
  renderer.draw({
    mesh: hedgeMesh(random, [1.5, 0.5, 0.55]),
    transform: translated(x, y, KERB + 0.45),
    palette: treePalette(random),
    id: 0,
    bothSides: true,
  });
}
