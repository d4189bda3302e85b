import type { Size } from '#core/size.js';
import { NEED_MORE, type NutCursor } from './nut-cursor.js';
import { FLAG } from './nut-format.js';
import type { Rational } from './rational.js';

/** What one frame code (the first byte of a frame) stands for. */
export interface FrameCode {
  readonly flags: number;
  readonly sizeMul: number;
  readonly sizeLsb: number;
  readonly ptsDelta: number;
  readonly reserved: number;
  /** Which of the elided headers begins the frame; 0 is the empty one. */
  readonly elided: number;
}

/** The main header: how frames are written. */
export interface NutMain {
  readonly streams: number;
  readonly timeBases: readonly Rational[];
  readonly codes: readonly FrameCode[];
  /** Beginnings of frames that are left out in the file; the first one is empty. */
  readonly elided: readonly Uint8Array[];
}

/** Reads a main header, cursor behind `forward_ptr`. */
export function readMain(cursor: NutCursor): NutMain {
  const version = cursor.unsigned();
  if (version > 3) cursor.unsigned(); // minor version
  const streams = cursor.unsigned();
  cursor.unsigned(); // max distance
  const timeBases = Array.from({ length: cursor.unsigned() }, () => ({
    num: cursor.unsigned(),
    den: cursor.unsigned(),
  }));
  const codes = readFrameCodes(cursor);
  const elided = Array.from({ length: cursor.unsigned() }, () => readBytes(cursor));
  return { streams, timeBases, codes, elided: [new Uint8Array(), ...elided] };
}

function readBytes(cursor: NutCursor): Uint8Array {
  const length = cursor.unsigned();
  if (cursor.position + length > cursor.end) throw NEED_MORE;
  cursor.position += length;
  return cursor.bytes.slice(cursor.position - length, cursor.position);
}

/** The table of 256 frame codes, written as runs that differ in the size's lowest part. */
function readFrameCodes(cursor: NutCursor): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, sizeMul, elided] = [0, 1, 0];
  while (codes.length < 256) {
    const flags = cursor.unsigned();
    const fields = cursor.unsigned();
    if (fields > 0) ptsDelta = cursor.signed();
    if (fields > 1) sizeMul = cursor.unsigned();
    if (fields > 2) cursor.unsigned(); // stream
    const size = fields > 3 ? cursor.unsigned() : 0;
    const reserved = fields > 4 ? cursor.unsigned() : 0;
    let count = fields > 5 ? cursor.unsigned() : sizeMul - size;
    if (fields > 6) cursor.signed(); // match time
    if (fields > 7) elided = cursor.unsigned();
    for (let more = 8; more < fields; more += 1) cursor.unsigned();
    for (let lsb = size; count > 0 && codes.length < 256; ) {
      if (codes.length === 0x4e) {
        codes.push({ flags: FLAG.invalid, sizeMul: 1, sizeLsb: 0, ptsDelta: 0, reserved: 0, elided: 0 });
        continue;
      }
      codes.push({ flags, sizeMul, sizeLsb: lsb, ptsDelta, reserved, elided });
      lsb += 1;
      count -= 1;
    }
  }
  return codes;
}

/** The one stream's header. */
export interface NutStream {
  /** Four characters, e.g. `H264`. */
  readonly fourcc: string;
  readonly timeBase: number;
  /** How many low bits of a timestamp a frame may carry. */
  readonly msbPtsShift: number;
  /** Frames that are decoded before one that is shown earlier. */
  readonly decodeDelay: number;
  /** What the codec needs beside its frames: parameter sets. */
  readonly extra: Uint8Array;
  readonly size: Size;
  /** Width over height of one pixel. */
  readonly sampleAspect: number;
}

export function readStream(cursor: NutCursor): NutStream {
  cursor.unsigned(); // stream id
  cursor.unsigned(); // class
  const fourcc = String.fromCharCode(...readBytes(cursor));
  const timeBase = cursor.unsigned();
  const msbPtsShift = cursor.unsigned();
  cursor.unsigned(); // max pts distance
  const decodeDelay = cursor.unsigned();
  cursor.unsigned(); // stream flags
  const extra = readBytes(cursor);
  const size = { width: cursor.unsigned(), height: cursor.unsigned() };
  const [aspectWidth, aspectHeight] = [cursor.unsigned(), cursor.unsigned()];
  const sampleAspect = aspectWidth > 0 && aspectHeight > 0 ? aspectWidth / aspectHeight : 1;
  return { fourcc, timeBase, msbPtsShift, decodeDelay, extra, size, sampleAspect };
}

/** A frame's timestamp from its low bits, near the last one. */
export function fullTimestamp(low: number, last: number, shift: number): number {
  const span = 2 ** shift;
  const base = last - Math.floor((span - 1) / 2);
  return base + modulo(low - base, span);
}

function modulo(value: number, span: number): number {
  return ((value % span) + span) % span;
}
