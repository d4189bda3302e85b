/** A point or direction of the scene: x along the street, y across it (away from the camera), z up; metres. */
export type Vector = readonly [x: number, y: number, z: number];

export const add = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [a + d, b + e, c + f];
export const subtract = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [a - d, b - e, c - f];
export const scale = ([a, b, c]: Vector, factor: number): Vector => [a * factor, b * factor, c * factor];
export const dot = ([a, b, c]: Vector, [d, e, f]: Vector): number => a * d + b * e + c * f;
export const cross = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [b * f - c * e, c * d - a * f, a * e - b * d];
export const lengthOf = (v: Vector): number => Math.hypot(...v);
export const mix = (a: Vector, b: Vector, t: number): Vector => add(scale(a, 1 - t), scale(b, t));

/** The unit vector along `v`; x where it has no length. */
export function unit(v: Vector): Vector {
  const length = lengthOf(v);
  return length < 1e-9 ? [1, 0, 0] : scale(v, 1 / length);
}
