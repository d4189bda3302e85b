import type { Random } from '#core/random.js';
import type { Material } from '../render/material.js';
import type { Renderer } from '../render/renderer.js';
import type { Texture } from '../render/texture.js';
import type { Vector } from '../vector.js';
import type { Mood } from './mood.js';
import { KERB, type StreetPlan } from './plan.js';
import { asphalt, grass, pavement, plainWall, roadPaint, shaded } from './surfaces.js';

/** A level rectangle whose texture covers `period` metres. */
function level(
  renderer: Renderer,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  options: { z: number; texture: Texture; period: number; material?: Material },
): void {
  const { z, texture, period, material = 'matte' } = options;
  const points: Vector[] = [
    [x0, y0, z],
    [x1, y0, z],
    [x1, y1, z],
    [x0, y1, z],
  ];
  const uvs = points.map(([x, y]) => [x / period, y / period] as const);
  renderer.panel({ points, uvs, texture, material, casts: false });
}

/** Road, kerbs, pavements and what lies beyond. */
export function addGround(
  renderer: Renderer,
  plan: StreetPlan,
  { random, mood }: { random: Random; mood: Mood },
): void {
  const { from, to, half, pavement: width } = plan;
  const wet = mood.light.wet;
  const road = renderer.texture(asphalt(random, wet));
  const slabs = renderer.texture(pavement(random, wet));
  const stone = renderer.texture(plainWall(random, shaded(0xa09c95, wet ? 0.7 : 1)));
  const material = wet ? 'wet' : 'matte';
  level(renderer, [from, -half, to, half], { z: 0, texture: road, period: 8, material });
  for (const side of [1, -1]) {
    const [inner, outer] = [side * (half + 0.28), side * (half + width)];
    level(renderer, [from, Math.min(inner, outer), to, Math.max(inner, outer)], {
      z: KERB,
      texture: slabs,
      period: 4,
      material,
    });
    const kerb = side * half;
    level(renderer, [from, Math.min(kerb, inner), to, Math.max(kerb, inner)], { z: KERB, texture: stone, period: 1.3 });
    const points: Vector[] =
      side > 0
        ? [
            [from, kerb, 0],
            [to, kerb, 0],
            [to, kerb, KERB],
            [from, kerb, KERB],
          ]
        : [
            [to, kerb, 0],
            [from, kerb, 0],
            [from, kerb, KERB],
            [to, kerb, KERB],
          ];
    renderer.panel({
      points,
      uvs: [
        [from, 0],
        [to, 0],
        [to, 0.1],
        [from, 0.1],
      ],
      texture: stone,
      material: 'matte',
      casts: false,
    });
  }
  const beyond = renderer.texture(plan.nearHouses ? pavement(random, wet) : grass(random));
  level(renderer, [from, -half - width - 40, to, -half - width], { z: KERB - 0.01, texture: beyond, period: 4 });
  level(renderer, [from - 200, -240, to + 200, 240], { z: -0.3, texture: stone, period: 8 });
}

/** Lines and the zebra crossing. */
export function addMarkings(
  renderer: Renderer,
  { from, to, half, parking, lane, crossing }: StreetPlan,
  random: Random,
): void {
  const texture = renderer.texture(roadPaint(random));
  const mark = (box: readonly [number, number, number, number]): void =>
    level(renderer, box, { z: 0.006, texture, period: 4 });
  const free = (x: number): boolean => crossing === undefined || Math.abs(x - crossing) > 6;
  for (let x = from; x < to; x += 6) if (free(x + 1.5)) mark([x, -0.06, x + 3, 0.06]);
  const edge = lane + 1.75;
  for (const [parked, side] of [
    [parking.far, 1],
    [parking.near, -1],
  ] as const) {
    const y = parked ? side * edge : side * (half - 0.35);
    if (!parked && half - lane < 2.2) continue;
    for (let x = from; x < to; x += 10) if (free(x + 5)) mark([x, y - 0.05, x + 10, y + 0.05]);
  }
  if (crossing === undefined) return;
  for (let y = -half + 0.3; y < half - 0.3; y += 1) mark([crossing - 1.6, y, crossing + 1.6, y + 0.5]);
  mark([crossing - 3.3, -half + 0.2, crossing - 2.9, -0.15]);
  mark([crossing + 2.9, 0.15, crossing + 3.3, half - 0.2]);
}
