import type { Mesh } from '../mesh.js';
import type { Transform } from '../transform.js';
import type { Vector } from '../vector.js';
import type { Material, Surface } from './material.js';
import type { Texture } from './texture.js';

/** One piece of the scene: a mesh somewhere, in colours, as a part of an object (0: of none). */
export interface Piece {
  readonly mesh: Mesh;
  readonly transform: Transform;
  readonly palette: readonly Surface[];
  readonly id: number;
  readonly bothSides?: boolean;
  /** A coarser mesh that throws the shadow; null for none. */
  readonly shadow?: Mesh | null | undefined;
}

/** A flat textured polygon, convex. */
export interface Panel {
  readonly points: readonly Vector[];
  readonly uvs: readonly (readonly [u: number, v: number])[];
  readonly texture: Texture;
  readonly material: Material;
  /** Throws a shadow. Default true. */
  readonly casts?: boolean;
}

/** What is to be seen of an object: extent in picture px (halves), and pixels seen and covered in buffer px. */
export interface Extent {
  readonly id: number;
  readonly box: readonly [number, number, number, number];
  readonly seen: number;
  readonly covered: number;
}
