import { cross, dot, scale, unit, type Vector } from '../vector.js';
import type { Projection } from './camera.js';

/** Light and air of a scene; colours are linear radiance, about 1 for a white surface in the sun. */
export interface Light {
  readonly name: string;
  /** Towards the sun (or what stands for it). */
  readonly sun: Vector;
  readonly sunColour: Vector;
  /** Width of the shadow's soft edge, m. */
  readonly softness: number;
  readonly sky: Vector;
  readonly ground: Vector;
  readonly horizon: Vector;
  /** Reflected houses, relative to the horizon. */
  readonly walls: number;
  /** Haze per metre. */
  readonly fog: number;
  readonly exposure: number;
  /** How strongly the sky is dimmed below and beside things, 0..1. */
  readonly occlusion: number;
  /** Street lamps and windows are on. */
  readonly lampsOn: boolean;
  readonly wet: boolean;
}

export interface Lamp {
  readonly position: Vector;
  readonly colour: Vector;
  /** Where its light ends, m. */
  readonly reach: number;
}

/** An affine map from the world to pixels of a shadow map and the height towards the light, 3x4. */
export interface ShadowView {
  readonly matrix: Float32Array;
  readonly size: number;
  readonly pixelsPerMetre: number;
}

/** A square of `extent` metres around `centre`, seen from `direction`. */
export function shadowView(
  direction: Vector,
  { centre, extent, size }: { centre: Vector; extent: number; size: number },
): ShadowView {
  const towards = unit(direction);
  const right = unit(cross(Math.abs(towards[2]) > 0.95 ? [0, 1, 0] : [0, 0, 1], towards));
  const up = cross(towards, right);
  const k = size / extent;
  const row = (axis: Vector, factor: number, offset: number): number[] => {
    const scaled = scale(axis, factor);
    return [...scaled, offset - dot(scaled, centre)];
  };
  const matrix = Float32Array.from([...row(right, k, size / 2), ...row(up, k, size / 2), ...towards, 0]);
  return { matrix, size, pixelsPerMetre: k };
}

/** Display level (0..255) of `sqrt(radiance / 8)` in 4,096 steps: exposure, a filmic curve (ACES, fitted by Narkowicz 2015), sRGB. */
export function displayTable(exposure: number): Uint8Array {
  return Uint8Array.from({ length: 4096 }, (_, n) => {
    const c = 8 * (n / 4095) ** 2 * exposure;
    const film = Math.min(1, Math.max(0, (c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14)));
    const srgb = film <= 0.0031308 ? 12.92 * film : 1.055 * film ** (1 / 2.4) - 0.055;
    return Math.round(255 * srgb);
  });
}

/** The numbers that the shader reads, in its order (see `light` in scripts/scene-kernels.as). */
export function lightNumbers(
  projection: Projection,
  light: Light,
  more: { sun: ShadowView; zenith: ShadowView; lamps: readonly Lamp[] },
): number[] {
  const { sun, zenith, lamps } = more;
  const softness = Math.max(0.7, (light.softness * sun.pixelsPerMetre) / 3);
  const lampNumbers = lamps
    .slice(0, 24)
    .flatMap(({ position, colour, reach }) => [...position, ...colour, 1 / reach ** 2, 0]);
  const numbers = [
    ...projection.rays,
    ...unit(light.sun),
    ...light.sunColour,
    ...light.sky,
    ...light.ground,
    ...light.horizon,
    light.fog,
    light.occlusion,
    softness,
    ...sun.matrix,
    sun.size,
    0.03 + 2 / sun.pixelsPerMetre,
    ...zenith.matrix,
    zenith.size,
    Math.min(24, lamps.length),
    light.walls,
  ];
  return [...numbers, ...new Array<number>(64 - numbers.length).fill(0), ...lampNumbers];
}
