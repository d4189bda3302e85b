import type { Random } from '#core/random.js';
import type { Light } from '../render/light.js';
import { MATERIALS } from '../render/material.js';
import type { Picture } from '../render/texture.js';
import type { Vector } from '../vector.js';
import { fractalNoise } from './noise.js';
import { paintTexture } from './surfaces.js';

/** Looks of the sky: how much of it clouds cover (0..1) and what colours they have, as shown on the screen. */
export interface SkyLook {
  readonly zenith: number;
  readonly horizon: number;
  readonly cloudLight: number;
  readonly cloudDark: number;
  readonly cover: number;
}

/** All around: u is the direction, v 1 at the horizon and 0 at 60 degrees. */
export function skyPicture(random: Random, look: SkyLook): Picture {
  const seed = random.uint32() & 0xffff;
  return paintTexture(512, 128, (u, v) => {
    const height = 1 - v;
    const base = mixed(look.horizon, look.zenith, height ** 0.55);
    const stretch = 2.2 / (0.18 + height);
    const noise = fractalNoise(u * 16, height * stretch * 3.2, { seed, period: 16, octaves: 4 });
    const fine = fractalNoise(u * 16 + 0.35, height * stretch * 3.2 + 0.25, { seed, period: 16, octaves: 3 });
    const edge = 0.78 - 0.5 * look.cover;
    const amount = Math.min(1, Math.max(0, (noise - edge) / 0.16));
    const light = Math.min(1, Math.max(0, 0.55 + 3.2 * (noise - fine)));
    const cloud = mixed(look.cloudDark, look.cloudLight, light);
    return mixed(base, cloud, amount * (0.25 + 0.75 * Math.min(1, height * 5)) * 0.92);
  });
}

function mixed(a: number, b: number, t: number): number {
  const channel = (shift: number): number =>
    Math.round(((a >> shift) & 255) * (1 - t) + ((b >> shift) & 255) * t) << shift;
  return channel(16) | channel(8) | channel(0);
}

/** The display colour that a glowing surface must have to look like `rgb` under an exposure: the filmic curve undone. */
export function forDisplay(rgb: number, { exposure }: Light): number {
  const channel = (shift: number): number => {
    const level = ((rgb >> shift) & 255) / 255;
    const film = level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    let [low, high] = [0, 8];
    for (let n = 0; n < 24; n++) {
      const c = (low + high) / 2;
      const shown = (c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14);
      if (shown < film) low = c;
      else high = c;
    }
    const linear = Math.min(1, low / (exposure * MATERIALS.glow[2]));
    const srgb = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.round(255 * srgb) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** The panels of the sky's wall: points and texture coordinates, far away around `centre`. */
export function skyPanels(centre: Vector, parts = 16): { points: Vector[]; uvs: [number, number][] }[] {
  const radius = 420;
  const top = Math.tan(Math.PI / 3) * radius;
  return Array.from({ length: parts }, (_, n) => {
    const at = (turn: number, z: number): Vector => [
      centre[0] + radius * Math.cos(turn),
      centre[1] + radius * Math.sin(turn),
      z,
    ];
    const [from, to] = [(2 * Math.PI * n) / parts, (2 * Math.PI * (n + 1)) / parts];
    const [u0, u1] = [n / parts, (n + 1) / parts];
    return {
      points: [at(to, -30), at(from, -30), at(from, top), at(to, top)],
      uvs: [
        [u1, 0.995],
        [u0, 0.995],
        [u0, 0.005],
        [u1, 0.005],
      ],
    };
  });
}
