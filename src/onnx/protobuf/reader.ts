import { LookoutError } from '#core/errors.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Limits against hostile files; the largest real models stay far below. */
const MAX_MESSAGES = 4_000_000;
const MAX_DEPTH = 64;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Shared by all readers of one file. */
interface Budget {
  messages: number;
}

/**
 * A cursor over one protobuf message (protobuf.dev, "Encoding"). `next()` steps from field to field; each field must
 * then be read by one of the methods or skipped. Nothing is copied: bytes come back as views.
 * Every fault is a LookoutError of kind `model` that names the byte.
 */
export class Reader {
  field = 0;
  wire = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;
  readonly #budget: Budget;
  readonly #depth: number;
  #at: number;

  private constructor(
    source: { bytes: Uint8Array; view: DataView; budget: Budget },
    range: [number, number],
    depth: number,
  ) {
    this.#bytes = source.bytes;
    this.#view = source.view;
    this.#budget = source.budget;
    [this.#start, this.#end] = range;
    this.#at = this.#start;
    this.#depth = depth;
  }

  static over(file: Uint8Array): Reader {
    // A Buffer becomes a plain Uint8Array, so that its views are plain too.
    const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Reader({ bytes, view, budget: { messages: 0 } }, [0, bytes.length], 0);
  }

  /** The whole message, a view. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  fault(what: string): LookoutError {
    return new LookoutError(
      'model',
      `It is no ONNX file, or it is damaged near byte ${this.#at}: ${what}. Export or download it again.`,
    );
  }

  /** Steps to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.#uint32('a field tag');
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) throw this.fault('field number 0');
    return true;
  }

  skip(): void {
    if (this.wire === VARINT) this.int();
    else if (this.wire === FIXED64) this.#take(8);
    else if (this.wire === BYTES) this.bytes();
    else if (this.wire === FIXED32) this.#take(4);
    else throw this.fault(`wire type ${this.wire}`);
  }

  /** A signed 64-bit integer: a number where exact, else a bigint. */
  int(): number | bigint {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** An integer that must fit a number. */
  smallInt(what: string): number {
    const value = this.int();
    if (typeof value === 'bigint') throw this.fault(`${what} is ${value}`);
    return value;
  }

  float32(): number {
    this.#expect(FIXED32);
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** The content of a length-delimited field, a view. */
  bytes(): Uint8Array {
    const [start, end] = this.#range();
    return this.#bytes.subarray(start, end);
  }

  /** The raw bytes of one element or of a packed run, whichever way a repeated scalar field was written. */
  run(): Uint8Array {
    if (this.wire === BYTES) return this.bytes();
    const start = this.#at;
    this.skip();
    return this.#bytes.subarray(start, this.#at);
  }

  /** UTF-8 text. */
  string(): string {
    const text = this.text();
    if (typeof text !== 'string') throw this.fault('a name is not UTF-8');
    return text;
  }

  /** UTF-8 text, or the bytes (a view) where they are not UTF-8. */
  text(): string | Uint8Array {
    const bytes = this.bytes();
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return bytes;
    }
  }

  /** A reader over an embedded message. */
  message(): Reader {
    const range = this.#range();
    if (++this.#budget.messages > MAX_MESSAGES) throw this.fault(`more than ${MAX_MESSAGES} parts`);
    if (this.#depth >= MAX_DEPTH) throw this.fault(`nested more than ${MAX_DEPTH} deep`);
    return new Reader({ bytes: this.#bytes, view: this.#view, budget: this.#budget }, range, this.#depth + 1);
  }

  /** All integers of one element or of a packed run. */
  ints(into: (number | bigint)[]): void {
    if (this.wire !== BYTES) {
      into.push(this.int());
      return;
    }
    const [, end] = this.#range(false);
    while (this.#at < end) into.push(this.#varint());
    if (this.#at !== end) throw this.fault('a packed list ends inside a number');
  }

  /** All float32 of one element or of a packed run. */
  floats(into: number[]): void {
    const run = this.run();
    if (run.length % 4 !== 0) throw this.fault('a packed list of floats has a broken length');
    const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
    for (let at = 0; at < run.length; at += 4) into.push(view.getFloat32(at, true));
  }

  #expect(wire: number): void {
    if (this.wire !== wire) throw this.fault(`field ${this.field} has wire type ${this.wire} instead of ${wire}`);
  }

  #take(count: number): number {
    const start = this.#at;
    if (count > this.#end - start) throw this.fault(`${count} bytes announced, ${this.#end - start} left`);
    this.#at = start + count;
    return start;
  }

  #range(consume = true): [number, number] {
    this.#expect(BYTES);
    const length = this.#uint32('a length');
    const start = this.#take(length);
    if (!consume) this.#at = start;
    return [start, start + length];
  }

  #uint32(what: string): number {
    const value = this.#varint();
    if (typeof value === 'bigint' || value < 0 || value > 0xffffffff) throw this.fault(`${what} of ${value}`);
    return value;
  }

  #varint(): number | bigint {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw this.fault('it ends inside a number');
      const byte = this.#bytes[this.#at++]!;
      if (shift < 28) low |= (byte & 127) << shift;
      else if (shift === 28) {
        low |= (byte & 15) << 28;
        high |= (byte & 127) >> 4;
      } else high |= (byte & 127) << (shift - 32);
      if (byte < 128) return join(low >>> 0, high | 0);
    }
    throw this.fault('a number of more than 10 bytes');
  }
}

function join(low: number, high: number): number | bigint {
  const value = high * 4294967296 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) + BigInt(low);
}
