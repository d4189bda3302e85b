import type { Random } from '#core/random.js';
import type { Light } from '../render/light.js';
import type { Vector } from '../vector.js';
import type { SkyLook } from './sky.js';

export type MoodName = 'clear' | 'hazy' | 'overcast' | 'golden' | 'dusk' | 'rain';

/** Light, air and sky of one hour. */
export interface Mood {
  readonly name: MoodName;
  readonly light: Light;
  readonly sky: SkyLook;
  /** Standard deviation of the camera's noise, levels. */
  readonly noise: number;
}

/** Towards the sun: 0 is behind the camera (it looks along y), positive to the right; degrees. */
function sunAt(azimuth: number, elevation: number): Vector {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  return [Math.cos(e) * Math.sin(a), -Math.cos(e) * Math.cos(a), Math.sin(e)];
}

type Recipe = Omit<Light, 'sun' | 'name'> & { readonly elevation: readonly [number, number]; readonly sky: Vector } & {
  readonly look: SkyLook;
  readonly noise: number;
};

const RECIPES: Readonly<Record<MoodName, Recipe>> = {
  clear: {
    elevation: [32, 58],
    sunColour: [2.35, 2.15, 1.85],
    softness: 0.1,
    sky: [0.5, 0.64, 0.88],
    ground: [0.26, 0.24, 0.21],
    horizon: [0.78, 0.86, 0.95],
    walls: 0.45,
    fog: 0.0016,
    exposure: 0.62,
    occlusion: 0.72,
    lampsOn: false,
    wet: false,
    noise: 1.2,
    look: { zenith: 0x4d88cf, horizon: 0xc3dbee, cloudLight: 0xffffff, cloudDark: 0xc4d0dc, cover: 0.42 },
  },
  hazy: {
    elevation: [28, 50],
    sunColour: [1.75, 1.62, 1.42],
    softness: 0.3,
    sky: [0.68, 0.74, 0.82],
    ground: [0.27, 0.26, 0.24],
    horizon: [0.86, 0.88, 0.9],
    walls: 0.5,
    fog: 0.0055,
    exposure: 0.64,
    occlusion: 0.75,
    lampsOn: false,
    wet: false,
    noise: 1.4,
    look: { zenith: 0x93b2d2, horizon: 0xdfe4e7, cloudLight: 0xf6f7f7, cloudDark: 0xd3d9de, cover: 0.55 },
  },
  overcast: {
    elevation: [65, 80],
    sunColour: [0.42, 0.43, 0.44],
    softness: 0.9,
    sky: [0.92, 0.95, 1.0],
    ground: [0.3, 0.29, 0.28],
    horizon: [0.82, 0.85, 0.88],
    walls: 0.55,
    fog: 0.004,
    exposure: 0.72,
    occlusion: 0.85,
    lampsOn: false,
    wet: false,
    noise: 1.6,
    look: { zenith: 0xb4bec8, horizon: 0xd9dde0, cloudLight: 0xe3e6e8, cloudDark: 0xa9b2bb, cover: 0.95 },
  },
  golden: {
    elevation: [9, 17],
    sunColour: [2.7, 1.75, 0.95],
    softness: 0.14,
    sky: [0.44, 0.5, 0.66],
    ground: [0.25, 0.21, 0.17],
    horizon: [1.0, 0.82, 0.62],
    walls: 0.4,
    fog: 0.003,
    exposure: 0.7,
    occlusion: 0.72,
    lampsOn: false,
    wet: false,
    noise: 1.6,
    look: { zenith: 0x5f87bb, horizon: 0xf6d3a2, cloudLight: 0xffe6c4, cloudDark: 0xb99a93, cover: 0.45 },
  },
  dusk: {
    elevation: [30, 50],
    sunColour: [0.05, 0.06, 0.1],
    softness: 0.9,
    sky: [0.13, 0.17, 0.28],
    ground: [0.07, 0.065, 0.07],
    horizon: [0.28, 0.25, 0.31],
    walls: 0.5,
    fog: 0.003,
    exposure: 1.15,
    occlusion: 0.7,
    lampsOn: true,
    wet: false,
    noise: 3.4,
    look: { zenith: 0x26406e, horizon: 0xc98e74, cloudLight: 0x9a7f8c, cloudDark: 0x3d4763, cover: 0.5 },
  },
  rain: {
    elevation: [70, 80],
    sunColour: [0.2, 0.21, 0.22],
    softness: 0.9,
    sky: [0.62, 0.66, 0.71],
    ground: [0.2, 0.2, 0.2],
    horizon: [0.6, 0.64, 0.68],
    walls: 0.45,
    fog: 0.009,
    exposure: 0.88,
    occlusion: 0.85,
    lampsOn: true,
    wet: true,
    noise: 2.4,
    look: { zenith: 0x848d97, horizon: 0xb4babf, cloudLight: 0xb7bdc2, cloudDark: 0x7c858e, cover: 1 },
  },
};

export const MOODS = Object.keys(RECIPES) as MoodName[];

export function createMood(name: MoodName, random: Random): Mood {
  const { elevation, look, noise, ...light } = RECIPES[name];
  const azimuth = random.between(20, 75) * (random.chance(0.5) ? 1 : -1);
  return { name, noise, sky: look, light: { ...light, name, sun: sunAt(azimuth, random.between(...elevation)) } };
}
