import type { Random } from '#core/random.js';
import { blend } from '../models/outfit.js';
import type { Picture } from '../render/texture.js';
import { noiseMap, valueNoise } from './noise.js';

/** Fills a texture pixel by pixel with `0xrrggbb`. */
export function paintTexture(
  width: number,
  height: number,
  colour: (u: number, v: number, x: number, y: number) => number,
): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rgb = colour(x / width, y / height, x, y);
      const at = 4 * (y * width + x);
      data[at] = (rgb >> 16) & 255;
      data[at + 1] = (rgb >> 8) & 255;
      data[at + 2] = rgb & 255;
      data[at + 3] = 255;
    }
  }
  return { width, height, data };
}

/** Makes a colour lighter (above 1) or darker. */
export function shaded(rgb: number, factor: number): number {
  const channel = (shift: number): number =>
    Math.min(255, Math.max(0, Math.round(((rgb >> shift) & 255) * factor))) << shift;
  return channel(16) | channel(8) | channel(0);
}

/** Asphalt of 8 x 8 m: stones, stains, darker patches and cracks. */
export function asphalt(random: Random, wet: boolean): Picture {
  const seed = random.uint32() & 0xffff;
  const base = random.pick(wet ? [0x3a3c3f, 0x424447] : [0x5c5d5f, 0x686766, 0x727170, 0x55565a]);
  const patch = { u: random.float(), v: random.float(), w: random.between(0.1, 0.25), h: random.between(0.15, 0.4) };
  const stainMap = noiseMap(96, { seed, period: 6, octaves: 4 });
  const crackMap = noiseMap(192, { seed: seed + 5, period: 4, octaves: 5 });
  return paintTexture(512, 512, (u, v) => {
    const stains = stainMap(u, v);
    const stones = valueNoise(u * 256, v * 256, { seed: seed + 9, period: 256 });
    const crack = Math.abs(crackMap(u, v) - 0.5);
    let factor = 0.82 + 0.26 * stains + 0.16 * (stones - 0.5);
    if (crack < 0.0022 && stains > 0.52) factor *= 0.8;
    if (Math.abs(u - patch.u) < patch.w / 2 && Math.abs(v - patch.v) < patch.h / 2) factor *= 0.86;
    return shaded(base, factor);
  });
}

/** Pavement of 4 x 4 m: slabs or small stones with joints. */
export function pavement(random: Random, wet: boolean): Picture {
  const seed = random.uint32() & 0xffff;
  const base = shaded(random.pick([0x9a968f, 0xa8a49c, 0x8d8b88, 0xa3958a, 0x8f9396]), wet ? 0.7 : 1);
  const [across, along] = random.pick([
    [8, 8],
    [10, 5],
    [16, 16],
    [8, 4],
  ] as const);
  const shift = random.chance(0.5) ? 0.5 : 0;
  const stainMap = noiseMap(128, { seed: seed + 3, period: 5, octaves: 5 });
  return paintTexture(512, 512, (u, v) => {
    const row = Math.floor(v * along);
    const column = u * across + (row % 2) * shift;
    const slab = valueNoise(Math.floor(column) + 0.5, row + 0.5, { seed, period: across * along });
    const [du, dv] = [column - Math.floor(column), v * along - row];
    const joint = Math.min(du, 1 - du) * (4 / across) < 0.012 || Math.min(dv, 1 - dv) * (4 / along) < 0.012;
    const stains = stainMap(u, v);
    return shaded(base, (0.86 + 0.14 * slab) * (0.88 + 0.22 * stains) * (joint ? 0.72 : 1));
  });
}

/** Road paint of 4 x 4 m, a little worn. */
export function roadPaint(random: Random, colour = 0xd9d8d0): Picture {
  const seed = random.uint32() & 0xffff;
  const wearMap = noiseMap(64, { seed, period: 8, octaves: 4 });
  return paintTexture(128, 128, (u, v) => {
    const wear = wearMap(u, v);
    return blend(colour, 0x6a6a6a, wear > 0.62 ? 0.55 : 0.25 * wear);
  });
}

/** Stone, concrete, plaster: one colour with stains; 4 x 4 m. */
export function plainWall(random: Random, colour: number): Picture {
  const seed = random.uint32() & 0xffff;
  const stains = noiseMap(64, { seed, period: 6, octaves: 4 });
  return paintTexture(64, 64, (u, v) => shaded(colour, 0.86 + 0.28 * stains(u, v)));
}

/** Grass of 4 x 4 m. */
export function grass(random: Random): Picture {
  const seed = random.uint32() & 0xffff;
  const patchMap = noiseMap(64, { seed: seed + 2, period: 5, octaves: 3 });
  return paintTexture(256, 256, (u, v) => {
    const blades = valueNoise(u * 128, v * 128, { seed, period: 128 });
    const patches = patchMap(u, v);
    return shaded(blend(0x4c6b2c, 0x7d8a45, patches), 0.72 + 0.5 * blades);
  });
}
