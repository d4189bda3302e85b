import type { Size } from '#core/size.js';
import type { Mesh } from '../mesh.js';
import { IDENTITY } from '../transform.js';
import { cross, subtract, unit, type Vector } from '../vector.js';
import {
  allocateBuffers,
  type Buffers,
  bytesFor,
  clearBuffers,
  MAX_IDS,
  MAX_VERTICES,
  OVERSAMPLE,
  type ShadowViews,
  tileCount,
} from './buffers.js';
import { type Camera, NEAR, Projection } from './camera.js';
import { clipNear } from './clip.js';
import { displayTable, type Lamp, type Light, lightNumbers, shadowView } from './light.js';
import { borrowMachine, type Machine, returnMachine } from './machine.js';
import { MATERIALS, materialNumber } from './material.js';
import type { Extent, Panel, Piece } from './piece.js';
import { type Picture, type Texture, uploadTexture } from './texture.js';

interface Uploaded {
  readonly positions: number;
  readonly normals: number;
  readonly indices: number;
  readonly slots: number;
  readonly vertices: number;
  readonly triangles: number;
}

/**
 * Draws a scene from one camera: what stands still once ({@link bake}), what moves for every frame. Deferred shading with
 * a shadow map of the sun and one from straight above, which dims the sky under and beside things.
 */
export class Renderer {
  readonly size: Size;
  readonly projection: Projection;
  readonly #machine: Machine;
  #meshes = new WeakMap<Mesh, Uploaded>();
  /** Where textures and meshes begin in memory. */
  readonly #fixedMark: number;
  readonly #at: Buffers;
  readonly #views: ShadowViews;
  #baked = false;

  constructor(options: {
    camera: Camera;
    size: Size;
    light: Light;
    lamps: readonly Lamp[];
    centre: Vector;
    extent: number;
  }) {
    const { camera, size, light, lamps, centre, extent } = options;
    this.size = size;
    this.projection = new Projection(camera, size, OVERSAMPLE);
    const machine = borrowMachine(bytesFor(size));
    this.#machine = machine;
    this.#views = {
      sun: shadowView(light.sun, { centre, extent, size: 2048 }),
      zenith: shadowView([0, 0, 1], { centre, extent, size: 512 }),
    };
    const buffers = allocateBuffers(machine, size, this.#views);
    this.#at = buffers;
    this.#fixedMark = machine.mark();
    clearBuffers(machine, buffers, { size, views: this.#views });
    machine.floats(buffers.view, 16).set(this.projection.matrix);
    machine.floats(buffers.light, 256).set(lightNumbers(this.projection, light, { ...this.#views, lamps }));
    machine.floats(buffers.materials, 64).set(Object.values(MATERIALS).flat());
    machine.bytes.set(displayTable(light.exposure), buffers.display);
    machine.floats(buffers.sunMatrix, 12).set(this.#views.sun.matrix);
    machine.floats(buffers.zenithMatrix, 12).set(this.#views.zenith.matrix);
    this.#introduce();
  }

  /** Tells the kernels where everything is. */
  #introduce(): void {
    const { kernels } = this.#machine;
    const at = this.#at;
    const [width, height] = [this.size.width * OVERSAMPLE, this.size.height * OVERSAMPLE];
    kernels.setView(width, height, at.depth, at.colour, at.normal, at.id, at.stamp, at.tiles, at.covered);
    const shadows = [...at.sun, ...at.zenith, at.sunBlocks[1], at.zenithBlocks[1]];
    kernels.setLight(at.light, ...shadows, at.materials, at.display);
  }

  /** Gives the memory back for the next scene; nothing may be drawn any more. */
  close(): void {
    returnMachine(this.#machine);
  }

  texture(picture: Picture): Texture {
    return uploadTexture(this.#machine, picture);
  }

  /** Draws into the view and into the shadow maps: of what stands until {@link bake}, of what moves after it. */
  draw({ mesh, transform, palette, id, bothSides = false, shadow = mesh }: Piece): void {
    const { kernels } = this.#machine;
    const { vertices, view, matrix, palette: paletteAt } = this.#at;
    const uploaded = this.#upload(mesh);
    this.#machine.floats(matrix, 12).set(transform);
    this.#machine.words(paletteAt, palette.length).set(palette);
    kernels.transform(uploaded.positions, uploaded.normals, uploaded.vertices, matrix, view, vertices, NEAR);
    kernels.drawMesh(vertices, uploaded.indices, uploaded.slots, uploaded.triangles, paletteAt, id, bothSides ? 1 : 0);
    if (shadow !== null) this.#drawShadows(this.#upload(shadow));
  }

  #drawShadows({ positions, indices, vertices: count, triangles }: Uploaded): void {
    const { kernels } = this.#machine;
    const { sun, zenith, sunBlocks, zenithBlocks, sunMatrix, zenithMatrix, matrix, vertices } = this.#at;
    const which = this.#baked ? 1 : 0;
    kernels.transformToLight(positions, count, matrix, sunMatrix, vertices);
    kernels.drawShadow(vertices, indices, triangles, sun[which], this.#views.sun.size, sunBlocks[which]);
    kernels.transformToLight(positions, count, matrix, zenithMatrix, vertices);
    kernels.drawShadow(vertices, indices, triangles, zenith[which], this.#views.zenith.size, zenithBlocks[which]);
  }

  /** Draws a panel; before {@link bake} only. */
  panel({ points, uvs, texture, material, casts = true }: Panel): void {
    const corners = points.map((point, n) => ({ point, uv: uvs[n]! }));
    const normal = unit(cross(subtract(points[1]!, points[0]!), subtract(points[2]!, points[0]!)));
    const clipped = clipNear(corners, this.projection);
    const { kernels } = this.#machine;
    const { corners: cornersAt } = this.#at;
    const packed = normal.reduce((word, part, n) => word | ((Math.round(127 * part) & 255) << (8 * n)), 0);
    for (let n = 2; n < clipped.length; n++) {
      const triangle = [clipped[0]!, clipped[n - 1]!, clipped[n]!].flatMap(({ point, uv }) => {
        const [x, y, w] = this.projection.project(point);
        return [x, y, 1 / w, ...uv];
      });
      this.#machine.floats(cornersAt, 15).set(triangle);
      kernels.drawTextured(
        cornersAt,
        texture.address,
        texture.logWidth,
        texture.logHeight,
        packed,
        materialNumber(material),
        0,
      );
    }
    if (!casts) return;
    const mesh: Mesh = {
      positions: Float32Array.from(points.flat()),
      normals: new Float32Array(3 * points.length),
      indices: Uint16Array.from(points.slice(2).flatMap((_, n) => [0, n + 1, n + 2])),
      slots: new Uint8Array(points.length - 2),
    };
    this.#machine.floats(this.#at.matrix, 12).set(IDENTITY);
    this.#drawShadows(this.#upload(mesh));
  }

  /** Lights all that was drawn so far; it stands still from now on. */
  bake(): void {
    const { depth, fixedDepth, id, fixedId, out, base, baked, tiles, covered, fixedCovered } = this.#at;
    const { bytes, kernels } = this.#machine;
    const pixels = this.#pixels;
    kernels.bake(baked);
    bytes.copyWithin(fixedDepth, depth, depth + 4 * pixels);
    bytes.copyWithin(fixedId, id, id + 2 * pixels);
    bytes.copyWithin(fixedCovered, covered, covered + 4 * MAX_IDS);
    bytes.fill(1, tiles, tiles + tileCount(this.size));
    this.#baked = true;
    this.#forget();
    kernels.shade(out, baked, fixedDepth, 1);
    bytes.copyWithin(base, out, out + pixels);
  }

  /** Makes ready for the things that move in the next frame. */
  beginFrame(): void {
    const { fixedDepth, fixedId, sun, zenith, sunBlocks, zenithBlocks, covered, fixedCovered } = this.#at;
    const { bytes, kernels } = this.#machine;
    kernels.restoreTiles(fixedDepth, fixedId);
    kernels.clearShadow(sun[1], this.#views.sun.size, sunBlocks[1]);
    kernels.clearShadow(zenith[1], this.#views.zenith.size, zenithBlocks[1]);
    bytes.copyWithin(covered, fixedCovered, fixedCovered + 4 * MAX_IDS);
  }

  /** Says that light changes around these points (where a shadow falls), so that the picture is shaded anew there. */
  touch(points: readonly Vector[]): void {
    const projected = points.map((point) => this.projection.project(point)).filter(([, , w]) => w > NEAR);
    if (projected.length === 0) return;
    const across = Math.ceil((this.size.width * OVERSAMPLE) / 64);
    const down = Math.ceil((this.size.height * OVERSAMPLE) / 64);
    const range = (values: readonly number[], count: number): [number, number] => [
      Math.max(0, Math.floor(Math.min(...values) / 64)),
      Math.min(count - 1, Math.floor(Math.max(...values) / 64)),
    ];
    const [left, right] = range(
      projected.map(([x]) => x),
      across,
    );
    const [top, bottom] = range(
      projected.map(([, y]) => y),
      down,
    );
    for (let row = top; row <= bottom; row++) {
      if (left <= right)
        this.#machine.bytes.fill(1, this.#at.tiles + row * across + left, this.#at.tiles + row * across + right + 1);
    }
  }

  /**
   * The picture of what was drawn since {@link beginFrame}: RGBA, a view that the next frame overwrites.
   * @param noise standard deviation of the sensor noise, levels
   */
  endFrame(options: { readonly noise?: number; readonly seed?: number } = {}): Uint8Array<ArrayBuffer> {
    const { out, base, baked, fixedDepth, noise } = this.#at;
    const { bytes, kernels } = this.#machine;
    const pixels = this.size.width * this.size.height;
    bytes.copyWithin(out, base, base + 4 * pixels);
    kernels.shade(out, baked, fixedDepth, 0);
    const strength = Math.round(8 * (options.noise ?? 0));
    if (strength > 0) kernels.grain(out, pixels, noise, options.seed ?? 1, strength);
    return bytes.subarray(out, out + 4 * pixels);
  }

  /** The object that is seen where a point of the world would be; 0 for none. */
  idAt(point: Vector): number {
    const [x, y] = this.projection.project(point);
    const [width, height] = [this.size.width * OVERSAMPLE, this.size.height * OVERSAMPLE];
    if (!(x >= 0 && y >= 0 && x < width && y < height)) return 0;
    return new Uint16Array(this.#machine.bytes.buffer, this.#at.id, width * height)[
      Math.floor(y) * width + Math.floor(x)
    ]!;
  }

  /** What of every object is to be seen in the frame that was drawn. */
  extents(): Extent[] {
    const { extents, covered } = this.#at;
    const table = new Int32Array(this.#machine.bytes.buffer, extents, 5 * MAX_IDS);
    for (let id = 0; id < MAX_IDS; id++) table.set([1 << 30, 1 << 30, -1, -1, 0], 5 * id);
    this.#machine.kernels.measure(extents);
    const counts = this.#machine.words(covered, MAX_IDS);
    const found: Extent[] = [];
    for (let id = 1; id < MAX_IDS; id++) {
      const [left, top, right, bottom, seen] = table.subarray(5 * id, 5 * id + 5) as unknown as [
        number,
        number,
        number,
        number,
        number,
      ];
      if (seen === 0) continue;
      const box = [left, top, right + 1, bottom + 1].map((edge) => edge / OVERSAMPLE) as unknown as Extent['box'];
      found.push({ id, box, seen, covered: Math.max(counts[id]!, seen) });
    }
    return found;
  }

  /** Frees the memory of textures and meshes; meshes are put there again when they are drawn. */
  #forget(): void {
    this.#machine.release(this.#fixedMark);
    this.#meshes = new WeakMap();
  }

  get #pixels(): number {
    return this.size.width * this.size.height * OVERSAMPLE ** 2;
  }

  #upload(mesh: Mesh): Uploaded {
    const known = this.#meshes.get(mesh);
    if (known !== undefined) return known;
    if (this.#machine.free < 4 * 1024 * 1024 && this.#baked) this.#forget();
    const vertices = mesh.positions.length / 3;
    if (vertices > MAX_VERTICES)
      throw new RangeError(`Renderer: expected at most ${MAX_VERTICES} vertices, got ${vertices}`);
    const uploaded = {
      positions: this.#machine.put(mesh.positions),
      normals: this.#machine.put(mesh.normals),
      indices: this.#machine.put(mesh.indices),
      slots: this.#machine.put(mesh.slots),
      vertices,
      triangles: mesh.slots.length,
    };
    this.#meshes.set(mesh, uploaded);
    return uploaded;
  }
}
