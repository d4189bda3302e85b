/** Buffers that are used again and again: no frame is allocated in the steady state. */
export class BufferPool {
  readonly #limit: number;
  readonly #fill: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** At most `limit` idle buffers are kept, those that were given back last. New ones hold `fill` in every byte. */
  constructor({ limit = 16, fill = 0 }: { readonly limit?: number; readonly fill?: number } = {}) {
    this.#limit = limit;
    this.#fill = fill;
  }

  /** A buffer that views one whole ArrayBuffer: a new one, or one that was given back, with what it held then. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const found = this.#free.findLastIndex(({ length }) => length === bytes);
    return found < 0 ? new Uint8Array(bytes).fill(this.#fill) : this.#free.splice(found, 1)[0]!;
  }

  /** Gives a buffer back. One whose memory was transferred away is left to the garbage collector. */
  give(data: Uint8Array<ArrayBuffer>): void {
    const isWhole = data.byteLength > 0 && data.byteLength === data.buffer.byteLength;
    if (!isWhole || this.#free.includes(data)) return;
    this.#free.push(data);
    if (this.#free.length > this.#limit) this.#free.shift();
  }
}
