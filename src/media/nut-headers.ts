import type { NutCursor } from './nut-cursor.js';
import { FLAG } from './nut-format.js';
import type { Rational } from './rational.js';

/** What one frame code (the first byte of a frame) stands for. */
export interface FrameCode {
  readonly flags: number;
  readonly sizeMul: number;
  readonly sizeLsb: number;
  readonly ptsDelta: number;
  readonly reserved: number;
}

/** The main header: how frames are written. */
export interface NutMain {
  readonly streams: number;
  readonly timeBases: readonly Rational[];
  readonly codes: readonly FrameCode[];
}

/** Reads a main header, cursor behind `forward_ptr`. Elision headers are not used by raw video and not supported. */
export function readMain(cursor: NutCursor): NutMain {
  const version = cursor.unsigned();
  if (version > 3) cursor.unsigned(); // minor version
  const streams = cursor.unsigned();
  cursor.unsigned(); // max distance
  const timeBases = Array.from({ length: cursor.unsigned() }, () => ({
    num: cursor.unsigned(),
    den: cursor.unsigned(),
  }));
  return { streams, timeBases, codes: readFrameCodes(cursor) };
}

/** The table of 256 frame codes, written as runs that differ in the size's lowest part. */
function readFrameCodes(cursor: NutCursor): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, sizeMul] = [0, 1];
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
    if (fields > 7) cursor.unsigned(); // header index
    for (let more = 8; more < fields; more += 1) cursor.unsigned();
    for (let lsb = size; count > 0 && codes.length < 256; ) {
      if (codes.length === 0x4e) {
        codes.push({ flags: FLAG.invalid, sizeMul: 1, sizeLsb: 0, ptsDelta: 0, reserved: 0 });
        continue;
      }
      codes.push({ flags, sizeMul, sizeLsb: lsb, ptsDelta, reserved });
      lsb += 1;
      count -= 1;
    }
  }
  return codes;
}

/** The one stream's header: which time base, and how many low bits of a timestamp a frame may carry. */
export interface NutStream {
  readonly timeBase: number;
  readonly msbPtsShift: number;
}

export function readStream(cursor: NutCursor): NutStream {
  cursor.unsigned(); // stream id
  cursor.unsigned(); // class
  const fourcc = cursor.unsigned();
  cursor.position += fourcc;
  return { timeBase: cursor.unsigned(), msbPtsShift: cursor.unsigned() };
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
