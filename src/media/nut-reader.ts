import { SourceError } from '#core/source-error.js';
import { NEED_MORE, NutCursor } from './nut-cursor.js';
import { FILE_ID, FLAG, LONG_PACKET, STARTCODE, STARTCODE_BYTE } from './nut-format.js';
import { fullTimestamp, type NutMain, type NutStream, readMain, readStream } from './nut-headers.js';
import type { Rational } from './rational.js';

/** Who takes the frames of a {@link NutReader}. */
export interface NutSink {
  /** A buffer for the next frame, whose data is `bytes` long. */
  allocate(bytes: number): Uint8Array<ArrayBuffer>;
  /** Where in that buffer the frame's data goes, piece after piece; all of it by default. */
  parts?(data: Uint8Array<ArrayBuffer>): readonly Uint8Array[];
  /** A whole frame; `ticks` counts `timeBase`. False asks the reader's owner to pause. */
  frame(data: Uint8Array<ArrayBuffer>, ticks: number, timeBase: Rational, isKey: boolean): boolean;
  /** The stream's header, before its first frame. */
  stream?(stream: NutStream): void;
}

const SCRATCH_BYTES = 512;
const MAX_HEADER_BYTES = 65_536;

/**
 * Takes a NUT file of one video stream apart while it arrives, without copying pixels: bytes are read to `place()`,
 * which is a small scratch while a header is expected and the frame's own buffer while its pixels are.
 */
export class NutReader {
  readonly #sink: NutSink;
  #scratch = new Uint8Array(SCRATCH_BYTES);
  #filled = 0;
  #atStart = true;
  #main: NutMain | undefined;
  #stream: NutStream | undefined;
  #lastTicks = 0;
  #toSkip = 0;
  #frame: Uint8Array<ArrayBuffer> | undefined;
  /** What of the frame's place is still to be filled; each piece loses its beginning as bytes arrive. */
  #places: Uint8Array[] = [];
  #frameTicks = 0;
  #frameIsKey = false;

  constructor(sink: NutSink) {
    this.#sink = sink;
  }

  /** True between frames, where a stream may end. */
  get complete(): boolean {
    return this.#frame === undefined && this.#filled === 0;
  }

  /** Where the next bytes belong; never empty. */
  place(): Uint8Array {
    return this.#frame ? this.#places[0]! : this.#scratch.subarray(this.#filled);
  }

  /**
   * Says that `count` bytes were written to the start of the last `place()`. False: the sink asked for a pause.
   * @throws SourceError for bytes that are not such a NUT file
   */
  advance(count: number): boolean {
    if (this.#frame) {
      this.#taken(count);
      return this.#places.length > 0 || this.#finishFrame();
    }
    this.#filled += count;
    return this.#parseScratch();
  }

  /** The first `count` bytes of the first place are there. */
  #taken(count: number): void {
    const [first] = this.#places;
    if (count < first!.length) this.#places[0] = first!.subarray(count);
    else this.#places.shift();
  }

  #finishFrame(): boolean {
    const frame = this.#frame!;
    this.#frame = undefined;
    return this.#sink.frame(frame, this.#frameTicks, this.#main!.timeBases[0]!, this.#frameIsKey);
  }

  #parseScratch(): boolean {
    const cursor = new NutCursor(this.#scratch, 0, this.#filled);
    let used = 0;
    let wanted = true;
    try {
      while (used < this.#filled && !this.#frame) {
        wanted = this.#parseOne(cursor) && wanted;
        used = cursor.position;
      }
    } catch (error) {
      if (error !== NEED_MORE) throw error;
    }
    this.#scratch.copyWithin(0, used, this.#filled);
    this.#filled -= used;
    if (this.#filled === this.#scratch.length) this.#grow();
    return wanted;
  }

  /** One step: skipped bytes, the file id, a packet, or a frame's header with those of its pixels that came along. */
  #parseOne(cursor: NutCursor): boolean {
    if (this.#toSkip > 0) {
      const count = Math.min(this.#toSkip, cursor.end - cursor.position);
      this.#toSkip -= count;
      cursor.position += count;
      return true;
    }
    if (this.#atStart) {
      if (cursor.end < FILE_ID.length) throw NEED_MORE;
      cursor.position = FILE_ID.length;
      this.#atStart = false;
      return true;
    }
    if (cursor.bytes[cursor.position] !== STARTCODE_BYTE) return this.#parseFrame(cursor);
    this.#parsePacket(cursor);
    return true;
  }

  #parsePacket(cursor: NutCursor): void {
    const code = cursor.uint32();
    cursor.uint32();
    const length = cursor.unsigned();
    if (length > LONG_PACKET) cursor.uint32(); // checksum of the header
    const end = cursor.position + length;
    if (code === STARTCODE.syncpoint || code === STARTCODE.main || code === STARTCODE.stream) {
      if (end > cursor.end) throw NEED_MORE;
      if (code === STARTCODE.syncpoint) this.#lastTicks = this.#syncTicks(cursor);
      else if (code === STARTCODE.main) this.#main = checked(readMain(cursor));
      else this.#takeStream(readStream(cursor));
      cursor.position = end;
      return;
    }
    cursor.position = Math.min(end, cursor.end);
    this.#toSkip = end - cursor.position;
  }

  #takeStream(stream: NutStream): void {
    if (!this.#stream) this.#sink.stream?.(stream); // headers are repeated
    this.#stream = stream;
  }

  /** The time of a syncpoint in ticks of the only time base. */
  #syncTicks(cursor: NutCursor): number {
    return Math.floor(cursor.unsigned() / (this.#main?.timeBases.length ?? 1));
  }

  #parseFrame(cursor: NutCursor): boolean {
    if (!this.#main || !this.#stream) throw broken('a frame before the headers');
    const code = this.#main.codes[cursor.byte()]!;
    const flags = code.flags & FLAG.coded ? code.flags ^ cursor.unsigned() : code.flags;
    if (flags & FLAG.invalid) throw broken('an invalid frame code');
    if (flags & FLAG.streamId) cursor.unsigned();
    const ticks = flags & FLAG.codedPts ? this.#codedTicks(cursor.unsigned()) : this.#lastTicks + code.ptsDelta;
    const bytes = code.sizeLsb + (flags & FLAG.sizeMsb ? code.sizeMul * cursor.unsigned() : 0);
    if (flags & FLAG.matchTime) cursor.signed();
    const elided = flags & FLAG.headerIndex ? cursor.unsigned() : code.elided;
    const reserved = flags & FLAG.reserved ? cursor.unsigned() : code.reserved;
    for (let i = 0; i < reserved; i += 1) cursor.unsigned();
    if (flags & FLAG.checksum) cursor.uint32();
    if (flags & FLAG.sideMetadata || bytes === 0) throw broken('a frame without pixels or with side data');
    this.#lastTicks = ticks;
    this.#frameIsKey = (flags & FLAG.key) !== 0;
    return this.#beginFrame(cursor, bytes, ticks, bytes > LONG_PACKET ? 0 : elided);
  }

  #codedTicks(coded: number): number {
    const shift = this.#stream!.msbPtsShift;
    return coded < 2 ** shift ? fullTimestamp(coded, this.#lastTicks, shift) : coded - 2 ** shift;
  }

  #beginFrame(cursor: NutCursor, bytes: number, ticks: number, elided: number): boolean {
    const data = this.#sink.allocate(bytes);
    this.#places = [...(this.#sink.parts?.(data) ?? [data])];
    const room = this.#places.reduce((sum, { length }) => sum + length, 0);
    if (room !== bytes) throw broken(`a frame of ${bytes} bytes where ${room} were expected`);
    this.#frame = data;
    this.#frameTicks = ticks;
    this.#put(this.#main!.elided[elided] ?? new Uint8Array());
    const here = Math.min(
      this.#places.reduce((sum, { length }) => sum + length, 0),
      cursor.end - cursor.position,
    );
    this.#put(cursor.bytes.subarray(cursor.position, cursor.position + here));
    cursor.position += here;
    return this.#places.length > 0 || this.#finishFrame();
  }

  /** Copies bytes that came along with a header. */
  #put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const [first] = this.#places;
      const piece = bytes.subarray(at, at + first!.length);
      first!.set(piece);
      this.#taken(piece.length);
      at += piece.length;
    }
  }

  #grow(): void {
    if (this.#scratch.length >= MAX_HEADER_BYTES) throw broken('a header without end');
    const larger = new Uint8Array(this.#scratch.length * 2);
    larger.set(this.#scratch);
    this.#scratch = larger;
  }
}

function checked(main: NutMain): NutMain {
  if (main.streams !== 1 || main.timeBases.length !== 1) throw broken('more than one stream');
  return main;
}

function broken(what: string): SourceError {
  return new SourceError('decoder-died', `ffmpeg wrote ${what}; expected NUT with one video stream`);
}
