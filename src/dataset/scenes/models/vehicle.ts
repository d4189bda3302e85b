import { type Mesh, MeshBuilder } from '../mesh.js';
import { type Surface, surface } from '../render/material.js';
import { box, cylinder } from '../shapes.js';
import type { Vector } from '../vector.js';
import { SLOT } from './body.js';

/** A vehicle that can be placed: its shell, its wheels and where they turn. Model space: x forward, y left, z up. */
export interface Vehicle {
  readonly label: 'car' | 'bus' | 'truck' | 'motorbike' | 'bicycle';
  readonly shell: Mesh;
  /** The same in few triangles: from afar, and for shadows. */
  readonly coarse: Mesh;
  readonly wheel: Mesh;
  readonly coarseWheel: Mesh;
  readonly wheelRadius: number;
  readonly wheels: readonly Vector[];
  readonly palette: readonly Surface[];
  readonly length: number;
  readonly width: number;
  readonly height: number;
}

export interface PaintJob {
  readonly paint: number;
  readonly second: number;
  readonly rim: number;
  readonly lampsOn: boolean;
  readonly sign?: number;
}

export function vehiclePalette({ paint, second, lampsOn, rim, sign = 0x1a1a1a }: PaintJob): Surface[] {
  const palette: Surface[] = [];
  palette[SLOT.paint] = surface(paint, 'paint');
  palette[SLOT.second] = surface(second, 'paint');
  palette[SLOT.glass] = surface(0x141a1f, 'glass');
  palette[SLOT.trim] = surface(0x202224, 'plastic');
  palette[SLOT.headlight] = lampsOn ? surface(0xfff6e0, 'lamp') : surface(0xdfe6ea, 'glass');
  palette[SLOT.taillight] = lampsOn ? surface(0xd01010, 'lamp') : surface(0x8c0f10, 'plastic');
  palette[SLOT.metal] = surface(rim, 'metal');
  palette[SLOT.plate] = surface(0xe8e6dc, 'plastic');
  palette[SLOT.tyre] = surface(0x17181a, 'rubber');
  palette[SLOT.black] = surface(0x0b0c0d, 'matte');
  palette[SLOT.indicator] = surface(0xd87a14, 'plastic');
  palette[SLOT.sign] = surface(sign, lampsOn ? 'lamp' : 'plastic');
  return palette;
}

/** A box that is given by its middle and size. */
export function block(into: MeshBuilder, [x, y, z]: Vector, [a, b, c]: Vector, slot: number): void {
  box(into, [x - a / 2, y - b / 2, z - c / 2], [x + a / 2, y + b / 2, z + c / 2], slot);
}

/** A pair of wheels at each place along the vehicle; `twin` adds a second one beside it. */
export function axles(places: readonly number[], halfTrack: number, radius: number): Vector[] {
  return places.flatMap((x): Vector[] => [
    [x, halfTrack, radius],
    [x, -halfTrack, radius],
  ]);
}

/** A wheel in few triangles. */
export function coarseWheel(radius: number, width: number): Mesh {
  const into = new MeshBuilder();
  const half = width / 2;
  cylinder(into, { from: [0, -half, 0], to: [0, half, 0], radius, slot: SLOT.tyre, around: 12 });
  cylinder(into, {
    from: [0, -half - 0.01, 0],
    to: [0, half + 0.01, 0],
    radius: radius * 0.6,
    slot: SLOT.metal,
    around: 10,
  });
  return into.build();
}

/** Makes a thing once for every key. */
export class Cache<T> {
  readonly #made = new Map<string, T>();

  get(key: string, make: () => T): T {
    let made = this.#made.get(key);
    if (made === undefined) {
      made = make();
      this.#made.set(key, made);
    }
    return made;
  }
}
