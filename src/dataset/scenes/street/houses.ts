import type { Random } from '#core/random.js';
import type { Panel, Piece } from '../render/piece.js';
import type { Renderer } from '../render/renderer.js';
import type { Texture } from '../render/texture.js';
import { nest, rotatedZ, translated } from '../transform.js';
import type { Vector } from '../vector.js';
import { type FacadePlan, facadePicture, randomFacade } from './facade.js';
import { awning, furniturePalette } from './furniture.js';
import { plainWall } from './surfaces.js';

/** A row of house fronts along x at `y`; `facing` -1 looks towards -y. */
export interface RowPlan {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly facing: 1 | -1;
}

export interface HouseOptions {
  readonly random: Random;
  readonly wet: boolean;
  readonly lampsOn: boolean;
  /** Side of the texture of a front. */
  readonly pixels: number;
}

const DEPTH = 11;

/** Builds a row of houses wall to wall, now and then with a gap. */
export function addHouses(renderer: Renderer, row: RowPlan, options: HouseOptions): void {
  const { random } = options;
  const designs = Array.from({ length: 5 }, () => {
    const plan = randomFacade(random, random.between(9, 16));
    return { plan, texture: renderer.texture(facadePicture(plan, options)) };
  });
  let last = -1;
  for (let x = row.from; x < row.to; ) {
    let choice = random.below(designs.length);
    if (choice === last) choice = (choice + 1) % designs.length;
    last = choice;
    const { plan, texture } = designs[choice]!;
    addHouse(renderer, { plan, texture, x, row }, options);
    x += plan.width + (random.chance(0.12) ? random.between(2, 5) : 0);
  }
}

interface House {
  readonly plan: FacadePlan;
  readonly texture: Panel['texture'];
  readonly x: number;
  readonly row: RowPlan;
}

function addHouse(renderer: Renderer, { plan, texture, x, row }: House, options: HouseOptions): void {
  const { random, lampsOn } = options;
  const { y, facing } = row;
  const [x0, x1, h, back] = [x, x + plan.width, plan.height, y - facing * DEPTH];
  const side = renderer.texture(plainWall(random, plan.wall));
  const roof = renderer.texture(plainWall(random, random.pick([0x5a4a42, 0x6b6b6d, 0x7b4a3a, 0x55585c])));
  const front: Vector[] =
    facing < 0
      ? [
          [x0, y, 0],
          [x1, y, 0],
          [x1, y, h],
          [x0, y, h],
        ]
      : [
          [x1, y, 0],
          [x0, y, 0],
          [x0, y, h],
          [x1, y, h],
        ];
  renderer.panel({
    points: front,
    uvs: [
      [0, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ],
    texture,
    material: 'matte',
  });
  const wall = (points: Vector[], texturing: Panel['texture'], across: number, up: number): void =>
    renderer.panel({
      points,
      uvs: [
        [0, up / 4],
        [across / 4, up / 4],
        [across / 4, 0],
        [0, 0],
      ],
      texture: texturing,
      material: 'matte',
    });
  const ends: Vector[][] = [
    [
      [x0, back, 0],
      [x0, y, 0],
      [x0, y, h],
      [x0, back, h],
    ],
    [
      [x1, y, 0],
      [x1, back, 0],
      [x1, back, h],
      [x1, y, h],
    ],
  ];
  for (const points of ends)
    wall(facing < 0 ? points : [points[1]!, points[0]!, points[3]!, points[2]!], side, DEPTH, h);
  wall(
    [
      [x0, Math.min(y, back), h],
      [x1, Math.min(y, back), h],
      [x1, Math.max(y, back), h],
      [x0, Math.max(y, back), h],
    ],
    roof,
    plan.width,
    DEPTH,
  );
  addCornice(renderer, { plan, x, row });
  if (plan.shop && random.chance(0.6)) addAwnings(renderer, { plan, x, row }, options);
  if (lampsOn) addLitWindows(renderer, { plan, texture, x, row }, random);
}

/** A ledge along the roof, which throws a shadow. */
function addCornice(renderer: Renderer, { plan, x, row: { y, facing } }: Omit<House, 'texture'>): void {
  const texture = renderer.texture({
    width: 1,
    height: 1,
    data: Uint8Array.of((plan.trim >> 16) & 255, (plan.trim >> 8) & 255, plan.trim & 255, 255),
  });
  const [x0, x1, top, low, out] = [
    x - 0.1,
    x + plan.width + 0.1,
    plan.height + 0.05,
    plan.height - 0.3,
    y + facing * 0.35,
  ];
  const uvs = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const;
  const order = (points: Vector[]): Vector[] => (facing < 0 ? points : points.reverse());
  renderer.panel({
    points: order([
      [x0, out, low],
      [x1, out, low],
      [x1, out, top],
      [x0, out, top],
    ]),
    uvs,
    texture,
    material: 'matte',
  });
  renderer.panel({
    points: order([
      [x0, y, low],
      [x1, y, low],
      [x1, out, low],
      [x0, out, low],
    ]),
    uvs,
    texture,
    material: 'matte',
  });
  renderer.panel({
    points: order([
      [x0, out, top],
      [x1, out, top],
      [x1, y, top],
      [x0, y, top],
    ]),
    uvs,
    texture,
    material: 'matte',
  });
}

const AWNING = awning();

function addAwnings(
  renderer: Renderer,
  { plan, x, row: { y, facing } }: Omit<House, 'texture'>,
  { random, lampsOn }: HouseOptions,
): void {
  const palette = furniturePalette(random.pick([0x9c2b2b, 0x2b5a3c, 0x274a74, 0xb5832c, 0x4a4a4c]), lampsOn);
  const count = Math.floor(plan.width / 3.2);
  for (let n = 0; n < count; n++) {
    if (random.chance(0.25)) continue;
    const at = translated(x + (plan.width * (n + 0.5)) / count, y + facing * 0.02, 0);
    const piece: Piece = { mesh: AWNING, transform: facing < 0 ? at : nest(at, rotatedZ(Math.PI)), palette, id: 0 };
    renderer.draw(piece);
  }
}

/** Windows behind which somebody is at home: warm above, and shop windows that show what they sell. */
function addLitWindows(renderer: Renderer, { plan, texture, x, row: { y, facing } }: House, random: Random): void {
  const floorHeight = (plan.height - plan.ground - 0.7) / (plan.floors - 1);
  const pitch = plan.width / plan.bays;
  const tones = [0xffb866, 0xffd49a, 0xe8a457, 0xbdd0f0].map((rgb) => renderer.texture(warmGradient(rgb)));
  const light = (box: readonly [number, number, number, number], own?: Texture): void => {
    const [x0, z0, x1, z1] = box;
    const py = y + facing * 0.02;
    const points: Vector[] = [
      [x0, py, z0],
      [x1, py, z0],
      [x1, py, z1],
      [x0, py, z1],
    ];
    const inFacade = points.map(([px, , pz]): [number, number] => {
      const u = (px - x) / plan.width;
      return [facing < 0 ? u : 1 - u, 1 - pz / plan.height];
    });
    const uvs =
      own === undefined
        ? inFacade
        : ([
            [0, 0.95],
            [1, 0.95],
            [1, 0.05],
            [0, 0.05],
          ] as const);
    renderer.panel({
      points,
      uvs,
      texture: own ?? texture,
      material: own === undefined ? 'display' : 'glow',
      casts: false,
    });
  };
  if (plan.shop && random.chance(0.85)) light([x + 0.4, 0.5, x + plan.width - 0.4, plan.ground - 0.4]);
  for (let floor = plan.shop ? 1 : 0; floor < plan.floors; floor++) {
    for (let bay = 0; bay < plan.bays; bay++) {
      if (!random.chance(0.28)) continue;
      const [low, tall] =
        floor === 0 ? [1.15, plan.ground * 0.48] : [plan.ground + (floor - 1) * floorHeight + 0.88, floorHeight * 0.5];
      const wide = (plan.style === 'modern' ? pitch * 0.74 : Math.min(1.15, pitch * 0.45)) / 2;
      const middle = x + (bay + 0.5) * pitch;
      light([middle - wide, low, middle + wide, low + tall], random.pick(tones));
    }
  }
}

/** Light that falls off from the ceiling to the floor of a room, with a window bar. */
function warmGradient(rgb: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(4 * 16 * 16);
  for (let at = 0; at < 256; at++) {
    const [px, py] = [at % 16, at >> 4];
    const bar = px === 7 || px === 8 || py === 5 ? 0.55 : 1;
    const curtain = px < 3 || px > 12 ? 0.75 : 1;
    const share = bar * curtain * (0.62 - 0.022 * py);
    data.set([((rgb >> 16) & 255) * share, ((rgb >> 8) & 255) * share, (rgb & 255) * share, 255], 4 * at);
  }
  return { width: 16, height: 16, data };
}
