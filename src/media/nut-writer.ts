import type { Size } from '#core/size.js';
import { FILE_ID, FLAG, STARTCODE, STARTCODE_TAIL } from './nut-format.js';
import type { Rational } from './rational.js';

export interface NutVideo {
  readonly size: Size;
  /** Four characters of the raw pixel format or the codec, e.g. `I420`, `H264`. */
  readonly fourcc: string;
  readonly timeBase: Rational;
  /** Width over height of a pixel. */
  readonly sampleAspect: Rational;
  /** What the codec needs beside its frames; nothing for raw pixels. */
  readonly extra?: Uint8Array;
  /** Frames that are decoded before one that is shown earlier; 0 by default. */
  readonly decodeDelay?: number;
}

/** Timestamps are written whole, behind this many bits that abbreviated ones would have. */
const MSB_PTS_SHIFT = 7;
const MAX_DISTANCE = 65_536;
/** A stream that is never seeked in, from version 4 on: one syncpoint at its beginning is enough. */
const PIPE = 2;

/**
 * The beginning of a NUT file of one video stream. FFmpeg remembers every syncpoint for ever (about 220 bytes), so there is but
 * one, whatever the length of the stream.
 */
export function nutHeader(video: NutVideo): Uint8Array {
  return Buffer.concat([
    Buffer.from(FILE_ID, 'latin1'),
    packet('main', mainHeader(video)),
    packet('stream', streamHeader(video)),
    packet('syncpoint', [0, 0]),
  ]);
}

/** What stands before the bytes of one frame, which is marked as a key frame; `ticks` must be 0 or more. */
export function nutFrameHeader(ticks: number, bytes: number): Uint8Array {
  if (!(ticks >= 0)) throw new RangeError(`nutFrameHeader: expected a time of 0 or more, got ${ticks}`);
  const frame = [0, ...unsigned(ticks + 2 ** MSB_PTS_SHIFT), ...unsigned(bytes)];
  return Buffer.concat([Buffer.from(frame), uint32(crc(frame))]);
}

/** One frame code for all: every field is written out. `N` stays invalid without being counted. */
function mainHeader({ timeBase }: NutVideo): number[] {
  const [version, minorVersion, streams, timeBases] = [4, 0, 1, 1];
  const flags = FLAG.key | FLAG.codedPts | FLAG.sizeMsb | FLAG.checksum;
  const [fields, ptsDelta, sizeMul, stream, size, reserved, count] = [6, 0, 1, 0, 0, 0, 255];
  const code = [fields, ptsDelta, sizeMul, stream, size, reserved].flatMap(unsigned);
  return [
    ...[version, minorVersion, streams, MAX_DISTANCE, timeBases, timeBase.num, timeBase.den].flatMap(unsigned),
    ...[...unsigned(flags), ...code, ...unsigned(count)],
    0, // no elision headers
    PIPE,
  ];
}

function streamHeader({ size, fourcc, sampleAspect, extra = new Uint8Array(), decodeDelay = 0 }: NutVideo): number[] {
  const [id, videoClass, timeBase, maxPtsDistance, flags] = [0, 0, 0, 0, 0];
  const colourspace = 0;
  return [
    ...[id, videoClass, fourcc.length].flatMap(unsigned),
    ...Buffer.from(fourcc, 'latin1'),
    ...[timeBase, MSB_PTS_SHIFT, maxPtsDistance, decodeDelay, flags, extra.length].flatMap(unsigned),
    ...extra,
    ...[size.width, size.height, sampleAspect.num, sampleAspect.den, colourspace].flatMap(unsigned),
  ];
}

/** Start code, length, content, checksum. Contents are shorter than what would need a checksum of the header, too. */
function packet(kind: keyof typeof STARTCODE, content: readonly number[]): Uint8Array {
  const body = Buffer.from(content);
  const length = Buffer.from(unsigned(body.length + 4));
  return Buffer.concat([uint32(STARTCODE[kind]), uint32(STARTCODE_TAIL[kind]), length, body, uint32(crc(body))]);
}

/** `v`: 7 bits per byte, most significant first. */
function unsigned(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (rest % 128));
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** CRC-32 of polynomial 0x04C11DB7, most significant bit first, starting at 0. */
function crc(bytes: Iterable<number>): number {
  let value = 0;
  for (const byte of bytes) value = (value << 8) ^ CRC_TABLE[((value >>> 24) ^ byte) & 255]!;
  return value >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});
