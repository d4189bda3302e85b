const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;
/** Above this, bytes are referenced until the end instead of copied twice. */
const LARGE = 4096;

const utf8 = new TextEncoder();

/** Writes one protobuf message: fields go in, {@link finish} gives the bytes. */
export class Writer {
  #chunks: Uint8Array[] = [];
  #closedLength = 0;
  #buffer = new Uint8Array(64);
  #used = 0;

  get length(): number {
    return this.#closedLength + this.#used;
  }

  /** An int64 as varint; negative numbers take ten bytes, as protobuf's int32 and int64 do. */
  int(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  float32(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#used, value, true);
    this.#used += 4;
  }

  string(field: number, text: string | Uint8Array): void {
    this.bytes(field, typeof text === 'string' ? utf8.encode(text) : text);
  }

  /** A string field, left out when empty. */
  name(field: number, text: string): void {
    if (text !== '') this.string(field, text);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#tag(field, BYTES);
    this.#varint(bytes.length);
    this.#append(bytes);
  }

  /** Packed int64s; nothing when there are none. */
  ints(field: number, values: readonly (number | bigint)[]): void {
    if (values.length === 0) return;
    const packed = new Writer();
    for (const value of values) packed.#varint(value);
    this.#nested(field, packed);
  }

  /** Packed float32s; nothing when there are none. */
  floats(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const view = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, index) => {
      view.setFloat32(4 * index, value, true);
    });
    this.bytes(field, new Uint8Array(view.buffer));
  }

  message(field: number, write: (writer: Writer) => void): void {
    const inner = new Writer();
    write(inner);
    this.#nested(field, inner);
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#close();
    const out = new Uint8Array(this.#closedLength);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #nested(field: number, inner: Writer): void {
    this.#tag(field, BYTES);
    this.#varint(inner.length);
    inner.#close();
    for (const chunk of inner.#chunks) this.#append(chunk);
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length >= LARGE) {
      this.#close();
      this.#chunks.push(bytes);
      this.#closedLength += bytes.length;
      return;
    }
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #close(): void {
    if (this.#used === 0) return;
    this.#chunks.push(this.#buffer.subarray(0, this.#used));
    this.#closedLength += this.#used;
    this.#buffer = new Uint8Array(64);
    this.#used = 0;
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#used + count));
    grown.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = grown;
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  #varint(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
      let rest = value;
      for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[this.#used++] = (rest % 128) | 128;
      this.#buffer[this.#used++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 128n; rest >>= 7n) this.#buffer[this.#used++] = Number(rest & 127n) | 128;
    this.#buffer[this.#used++] = Number(rest);
  }
}
