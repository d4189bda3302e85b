import { KERNELS_WASM } from './kernels-wasm.js';

/** The functions of scripts/scene-kernels.as. */
export interface SceneKernels {
  setView(...values: number[]): void;
  setLight(...values: number[]): void;
  transform(
    positions: number,
    normals: number,
    count: number,
    matrix: number,
    projection: number,
    out: number,
    near: number,
  ): void;
  transformToLight(positions: number, count: number, matrix: number, light: number, out: number): void;
  drawMesh(
    vertices: number,
    indices: number,
    slots: number,
    count: number,
    palette: number,
    id: number,
    bothSides: number,
  ): void;
  drawTextured(
    corners: number,
    texture: number,
    logWidth: number,
    logHeight: number,
    normal: number,
    material: number,
    id: number,
  ): void;
  drawShadow(...values: number[]): void;
  bake(baked: number): void;
  shade(out: number, baked: number, fixed: number, whole: number): void;
  restoreTiles(fixedDepth: number, fixedId: number): void;
  clearShadow(map: number, size: number, blocks: number): void;
  measure(extents: number): void;
  grain(picture: number, pixels: number, table: number, seed: number, strength: number): void;
}

/** What is used of the WebAssembly JavaScript interface (W3C), which the Node types leave to the DOM's. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** The compiler keeps tables of its own in the first page. */
const FIRST = 65_536;

/** The kernels on a memory of their own, given out from the bottom up. */
export class Machine {
  readonly kernels: SceneKernels;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #end: number;
  #next = FIRST;

  /** @param capacity bytes; the system gives only what is touched */
  constructor(capacity: number) {
    const pages = Math.ceil(capacity / 65_536);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'));
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as SceneKernels;
    this.bytes = new Uint8Array(memory.buffer);
    this.#end = pages * 65_536;
  }

  /** The address of so many bytes, aligned to 64. */
  allocate(length: number): number {
    const at = this.#next;
    this.#next = Math.ceil((at + length) / 64) * 64;
    if (this.#next > this.#end) throw new RangeError(`Machine: ${length} bytes more do not fit in ${this.#end}`);
    return at;
  }

  /** What was given out after this point is free again. */
  mark(): number {
    return this.#next;
  }

  release(mark: number): void {
    this.#next = mark;
  }

  /** Bytes that are left. */
  get free(): number {
    return this.#end - this.#next;
  }

  floats(at: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.bytes.buffer, at, length);
  }

  words(at: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.bytes.buffer, at, length);
  }

  put(data: Float32Array | Uint16Array | Uint8Array | Uint32Array): number {
    const at = this.allocate(data.byteLength);
    this.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    return at;
  }
}

// A memory is large and slow to give back to the system: scenes hand theirs on.
const idle: Machine[] = [];

/** A machine of at least so many bytes, perhaps one that was used before: its memory is not empty. */
export function borrowMachine(capacity: number): Machine {
  const at = idle.findIndex((machine) => machine.bytes.length >= capacity);
  if (at < 0) return new Machine(capacity);
  const [machine] = idle.splice(at, 1);
  machine!.release(FIRST);
  return machine!;
}

export function returnMachine(machine: Machine): void {
  if (!idle.includes(machine) && idle.length < 2) idle.push(machine);
}
