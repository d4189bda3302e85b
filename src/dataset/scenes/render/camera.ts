import type { Size } from '#core/size.js';
import { add, cross, dot, scale, subtract, unit, type Vector } from '../vector.js';

/** A pinhole camera. */
export interface Camera {
  readonly position: Vector;
  readonly target: Vector;
  /** Horizontal field of view, degrees. */
  readonly fieldOfView: number;
}

/** Nothing nearer than this is drawn, metres. */
export const NEAR = 0.15;

/** The camera's numbers at a picture size, in pixels of buffers that are `oversample` times larger. */
export class Projection {
  /** 4x4 row-major, as the kernels read it: rows of x, y, (unused), w. */
  readonly matrix: Float32Array;
  /** Camera, ray at buffer pixel (0, 0), its change along x and y: 12 numbers. */
  readonly rays: readonly number[];
  readonly #rows: readonly [Vector, number][];
  readonly oversample: number;
  /** Buffer px per metre at a distance of 1 m. */
  readonly focal: number;

  constructor({ position, target, fieldOfView }: Camera, size: Size, oversample: number) {
    const [width, height] = [size.width * oversample, size.height * oversample];
    const forward = unit(subtract(target, position));
    const right = unit(cross(forward, [0, 0, 1]));
    const up = cross(right, forward);
    const focal = width / 2 / Math.tan((fieldOfView * Math.PI) / 360);
    const [cx, cy] = [width / 2, height / 2];
    const row = (v: Vector): [Vector, number] => [v, -dot(v, position)];
    this.#rows = [
      row(add(scale(right, focal), scale(forward, cx))),
      row(add(scale(up, -focal), scale(forward, cy))),
      row(forward),
    ];
    const [x, y, w] = this.#rows.map(([v, t]) => [...v, t]) as [number[], number[], number[]];
    this.matrix = Float32Array.from([...x, ...y, 0, 0, 0, 0, ...w]);
    const base = add(forward, add(scale(right, -cx / focal), scale(up, cy / focal)));
    this.rays = [...position, ...base, ...scale(right, 1 / focal), ...scale(up, -1 / focal)];
    this.oversample = oversample;
    this.focal = focal;
  }

  /** Buffer x, y and the distance along the view (negative behind the camera). */
  project(point: Vector): [x: number, y: number, distance: number] {
    const [x, y, w] = this.#rows.map(([v, t]) => dot(v, point) + t) as [number, number, number];
    return [x / w, y / w, w];
  }

  /** Distance along the view. */
  distance(point: Vector): number {
    const [v, t] = this.#rows[2]!;
    return dot(v, point) + t;
  }
}
