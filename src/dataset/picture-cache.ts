import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from './augmentation/picture.js';

/** Decoded pictures of all threads of a loader. */
export interface SharedCache {
  /** An open file without a name; undefined where nothing is kept. */
  readonly file?: number;
  readonly bytes: number;
  /** Int32: one free counter, then per picture `[state, block, width, height]`. */
  readonly index: SharedArrayBuffer;
}

/** Bytes of the disk that are never taken. */
const SPARED = 128 * 2 ** 20;
const BLOCK = 4096;
const EMPTY = 0;
const CLAIMED = 1;
const READY = 2;

/**
 * A cache in a file, which the system holds in whatever memory is free, and gives up where others need it. The file has no
 * name any more once it is open (but on Windows), so that nothing is left behind however the process ends.
 * @param megabytes that decoded pictures may take on the disk; much of what is free is left to others, checkpoints among them
 * @throws Error of the system where the folder cannot be written
 */
export function openSharedCache(pictures: number, megabytes: number, folder: string): SharedCache {
  const index = new SharedArrayBuffer(4 * (1 + 4 * pictures));
  if (megabytes === 0) return { bytes: 0, index };
  const { bavail, bsize } = statfsSync(folder);
  const path = join(folder, `pictures-${randomUUID()}.cache`);
  const file = openSync(path, 'wx+');
  try {
    rmSync(path, { force: true });
  } catch {
    // Windows keeps the name while the file is open.
  }
  const free = (bavail * bsize) / 2 - SPARED;
  return { file, bytes: Math.max(0, Math.min(megabytes * 2 ** 20, free)), index };
}

/** To be called when no thread uses the cache any more. */
export function closeSharedCache({ file }: SharedCache): void {
  if (file !== undefined) closeSync(file);
}

/**
 * One thread's way to the decoded pictures. The cache fills until it is full and forgets nothing: pictures are asked for
 * in random order, for which no order of forgetting is better.
 */
export class PictureCache {
  readonly #shared: SharedCache;
  readonly #index: Int32Array;
  #read = new Uint8Array(0);

  constructor(shared: SharedCache) {
    this.#shared = shared;
    this.#index = new Int32Array(shared.index);
  }

  has(picture: number): boolean {
    return Atomics.load(this.#index, 1 + 4 * picture) === READY;
  }

  /** A picture, which is overwritten by the next one that this thread asks for. */
  get(picture: number): Picture | undefined {
    if (!this.has(picture)) return undefined;
    const at = 1 + 4 * picture;
    const [block, width, height] = this.#index.subarray(at + 1, at + 4) as unknown as [number, number, number];
    const length = 3 * width * height;
    if (this.#read.length < length) this.#read = new Uint8Array(length);
    const data = this.#read.subarray(0, length);
    const count = readSync(this.#shared.file!, data, 0, length, block * BLOCK);
    return count === length ? { width, height, data } : undefined;
  }

  /** Keeps a copy if there is room and no other thread does so. @returns whether it is there now */
  put(picture: number, { width, height, data }: Picture): boolean {
    if (this.has(picture)) return true;
    const at = 1 + 4 * picture;
    const { file, bytes } = this.#shared;
    const blocks = Math.ceil(data.length / BLOCK);
    const room = Math.floor(bytes / BLOCK);
    if (file === undefined || Atomics.load(this.#index, 0) + blocks > room) return false;
    if (Atomics.compareExchange(this.#index, at, EMPTY, CLAIMED) !== EMPTY) return false;
    const block = Atomics.add(this.#index, 0, blocks);
    if (block + blocks > room || !written(file, data, block * BLOCK)) return false;
    this.#index.set([block, width, height], at + 1);
    Atomics.store(this.#index, at, READY);
    return true;
  }
}

/** A disk that is full takes no more pictures; they are decoded each time, as those that never had room. */
function written(file: number, data: Uint8Array, position: number): boolean {
  try {
    return writeSync(file, data, 0, data.length, position) === data.length;
  } catch {
    return false;
  }
}
