/** Bits from the most significant on, with Exp-Golomb codes (ITU-T H.264, 9.1). */
export class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  fixed(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new RangeError('parameter set: it ends too early');
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  unsigned(): number {
    let zeros = 0;
    while (this.fixed(1) === 0) {
      zeros += 1;
      if (zeros > 32) throw new RangeError('parameter set: an Exp-Golomb code is too long');
    }
    return 2 ** zeros - 1 + this.fixed(zeros);
  }

  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
