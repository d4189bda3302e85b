/** Thrown when the bytes at hand end inside a value: the caller waits for more. */
export const NEED_MORE = Symbol('need more bytes');

/** Reads NUT's variable-length numbers from a byte array. */
export class NutCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  byte(): number {
    if (this.position >= this.end) throw NEED_MORE;
    return this.bytes[this.position++]!;
  }

  /** `v`: unsigned, 7 bits per byte, most significant first. */
  unsigned(): number {
    let value = 0;
    for (;;) {
      const byte = this.byte();
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  /** `s`: signed, folded into `v` as 0, 1, -1, 2, -2, ... */
  signed(): number {
    const value = this.unsigned() + 1;
    return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
  }

  uint32(): number {
    const value = this.byte() * 2 ** 24 + this.byte() * 2 ** 16 + this.byte() * 2 ** 8;
    return value + this.byte();
  }
}
