/** Buffers of one size, used again and again: no frame is allocated in the steady state. */
export class BufferPool {
  readonly #bytes: number;
  readonly #limit: number;
  readonly #fill: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** At most `limit` idle buffers are kept. New ones hold `fill` in every byte. */
  constructor(bytes: number, { limit = 16, fill = 0 }: { readonly limit?: number; readonly fill?: number } = {}) {
    this.#bytes = bytes;
    this.#limit = limit;
    this.#fill = fill;
  }

  /** A buffer that views one whole ArrayBuffer: a new one, or one that was given back, with what it held then. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.#bytes).fill(this.#fill);
  }

  /** Gives a buffer back. One of another size, or whose memory was transferred away, is left to the garbage collector. */
  give(data: Uint8Array<ArrayBuffer>): void {
    const whole = data.byteLength === this.#bytes && data.buffer.byteLength === this.#bytes;
    if (whole && this.#free.length < this.#limit && !this.#free.includes(data)) this.#free.push(data);
  }
}
