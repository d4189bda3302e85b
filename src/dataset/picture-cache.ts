import type { Picture } from './augmentation/picture.js';

/** Memory shared by all threads of a loader. */
export interface SharedCache {
  readonly bytes: SharedArrayBuffer;
  /** Int32: one free counter, then per picture `[state, block, width, height]`. */
  readonly index: SharedArrayBuffer;
}

const BLOCK = 64;
const EMPTY = 0;
const CLAIMED = 1;
const READY = 2;

/** @param megabytes that decoded pictures may take; memory is used only as it fills */
export function createSharedCache(pictures: number, megabytes: number): SharedCache {
  return {
    bytes: new SharedArrayBuffer(Math.floor(megabytes * 1024 * 1024)),
    index: new SharedArrayBuffer(4 * (1 + 4 * pictures)),
  };
}

/**
 * Decoded pictures in shared memory. It fills until it is full and forgets nothing: pictures are asked for in random
 * order, for which no order of forgetting is better.
 */
export class PictureCache {
  readonly #bytes: Uint8Array;
  readonly #index: Int32Array;

  constructor(shared: SharedCache) {
    this.#bytes = new Uint8Array(shared.bytes);
    this.#index = new Int32Array(shared.index);
  }

  get(picture: number): Picture | undefined {
    const at = 1 + 4 * picture;
    if (Atomics.load(this.#index, at) !== READY) return undefined;
    const [block, width, height] = this.#index.subarray(at + 1, at + 4) as unknown as [number, number, number];
    return { width, height, data: this.#bytes.subarray(block * BLOCK, block * BLOCK + 3 * width * height) };
  }

  /** Keeps a copy if there is room and no other thread does so. */
  put(picture: number, { width, height, data }: Picture): void {
    const at = 1 + 4 * picture;
    const blocks = Math.ceil(data.length / BLOCK);
    if (Atomics.load(this.#index, 0) + blocks > this.#bytes.length / BLOCK) return;
    if (Atomics.compareExchange(this.#index, at, EMPTY, CLAIMED) !== EMPTY) return;
    const block = Atomics.add(this.#index, 0, blocks);
    if ((block + blocks) * BLOCK > this.#bytes.length) return;
    this.#bytes.set(data, block * BLOCK);
    this.#index.set([block, width, height], at + 1);
    Atomics.store(this.#index, at, READY);
  }
}
