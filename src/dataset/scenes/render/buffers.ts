import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import type { ShadowView } from './light.js';
import type { Machine } from './machine.js';

/** Buffers are twice the picture's size: four samples a pixel. */
export const OVERSAMPLE = 2;
export const MAX_VERTICES = 65_536;
/** Objects that one scene can hold. */
export const MAX_IDS = 1024;
const NOISE = 65_536;

/** Four such bytes are the float32 -1652025: below everything. */
export const FAR_BELOW = 0xc9;

export interface ShadowViews {
  readonly sun: ShadowView;
  readonly zenith: ShadowView;
}

/** Bytes that a renderer of this size needs, with room for textures and meshes. */
export function bytesFor({ width, height }: Size): number {
  return width * height * OVERSAMPLE ** 2 * 36 + 200 * 1024 * 1024;
}

/** Tiles of 64 x 64 buffer pixels. */
export function tileCount({ width, height }: Size): number {
  return Math.ceil((width * OVERSAMPLE) / 64) * Math.ceil((height * OVERSAMPLE) / 64);
}

export type Buffers = ReturnType<typeof allocateBuffers>;

/** Lays out all that a renderer keeps; pairs are of what stands still and of what moves. */
export function allocateBuffers(machine: Machine, { width, height }: Size, views: ShadowViews) {
  const pixels = width * height * OVERSAMPLE ** 2;
  const of = (bytes: number): number => machine.allocate(bytes);
  const pair = (bytes: number): [number, number] => [of(bytes), of(bytes)];
  return {
    depth: of(4 * pixels),
    fixedDepth: of(4 * pixels),
    colour: of(4 * pixels),
    normal: of(4 * pixels),
    id: of(2 * pixels),
    fixedId: of(2 * pixels),
    stamp: of(2 * pixels),
    baked: of(8 * pixels),
    out: of(pixels),
    base: of(pixels),
    sun: pair(4 * views.sun.size ** 2),
    zenith: pair(4 * views.zenith.size ** 2),
    sunBlocks: pair((views.sun.size / 32) ** 2),
    zenithBlocks: pair((views.zenith.size / 32) ** 2),
    tiles: of(tileCount({ width, height }) + 64),
    covered: of(4 * MAX_IDS),
    fixedCovered: of(4 * MAX_IDS),
    extents: of(20 * MAX_IDS),
    vertices: of(32 * MAX_VERTICES),
    view: of(64),
    matrix: of(48),
    sunMatrix: of(48),
    zenithMatrix: of(48),
    palette: of(1024),
    corners: of(60),
    light: of(1024),
    materials: of(256),
    display: of(4096),
    noise: of(NOISE + 64),
  };
}

/** Empties what must be empty before anything is drawn (the memory may have been another scene's), and fills the noise table. */
export function clearBuffers(
  machine: Machine,
  buffers: Buffers,
  { size, views }: { size: Size; views: ShadowViews },
): void {
  const pixels = size.width * size.height * OVERSAMPLE ** 2;
  const clear = (at: number, length: number, value = 0): void => {
    machine.bytes.fill(value, at, at + length);
  };
  clear(buffers.depth, 4 * pixels);
  clear(buffers.id, 2 * pixels);
  clear(buffers.stamp, 2 * pixels);
  clear(buffers.tiles, tileCount(size));
  clear(buffers.covered, 4 * MAX_IDS);
  for (const n of [0, 1] as const) {
    clear(buffers.sun[n], 4 * views.sun.size ** 2, FAR_BELOW);
    clear(buffers.zenith[n], 4 * views.zenith.size ** 2, FAR_BELOW);
    clear(buffers.sunBlocks[n], (views.sun.size / 32) ** 2);
    clear(buffers.zenithBlocks[n], (views.zenith.size / 32) ** 2);
  }
  const random = new Random(0x677261);
  for (let n = 0; n < NOISE; n++) {
    machine.bytes[buffers.noise + n] = Math.max(-127, Math.min(127, Math.round(32 * random.normal())));
  }
}
