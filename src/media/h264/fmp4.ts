import type { Size } from '#core/size.js';
import { ascii, box, fullBox, u16, u32, u64, zeros } from './mp4-box.js';
import type { Sps } from './sps.js';

/** Ticks per second of the fragmented MP4's clock, the usual one for video. */
export const TIMESCALE = 90_000;

/** A clockwise turn that the player has to make, degrees. */
export type Turn = 0 | 90 | 180 | 270;

const [ONE, MINUS_ONE] = [0x10000, -0x10000];
/** Rows a, b of the transformation, and c, d. */
const TURNS: Readonly<Record<Turn, readonly [number, number, number, number]>> = {
  0: [ONE, 0, 0, ONE],
  90: [0, ONE, MINUS_ONE, 0],
  180: [MINUS_ONE, 0, 0, MINUS_ONE],
  270: [0, MINUS_ONE, ONE, 0],
};

const SYNC_SAMPLE = 0x02000000; // depends on no other sample
const OTHER_SAMPLE = 0x01010000; // depends on others, is not a sync sample

/** One coded picture. */
export interface Sample {
  /** NAL units without start codes. */
  readonly units: readonly Uint8Array[];
  /** Decoding time, ticks, not negative. */
  readonly decodeTime: number;
  /** Presentation time minus decoding time, ticks. */
  readonly compositionOffset: number;
  /** Ticks until the next picture, as far as it is known. */
  readonly duration: number;
  readonly keyframe: boolean;
}

/** The MIME type for Media Source Extensions (RFC 6381): `video/mp4; codecs="avc1.64001f"`. */
export function mimeType({ profile, compatibility, level }: Sps): string {
  const hex = [profile, compatibility, level].map((value) => value.toString(16).padStart(2, '0')).join('');
  return `video/mp4; codecs="avc1.${hex}"`;
}

/** A transformation matrix (ISO/IEC 14496-12, 8.2.2): the turn, and the shift that brings it back into the picture. */
function matrix(turn: Turn, { width, height }: Size): number[] {
  const [a, b, c, d] = TURNS[turn];
  const x = turn === 90 ? height : turn === 180 ? width : 0;
  const y = turn === 270 ? width : turn === 180 ? height : 0;
  return [a, b, 0, c, d, 0, x * ONE, y * ONE, 0x40000000].flatMap(u32);
}

/** What an initialisation segment is made of. */
export interface Track {
  readonly sps: Sps;
  readonly spsUnit: Uint8Array;
  readonly ppsUnits: readonly Uint8Array[];
  readonly turn: Turn;
}

/** Initialisation segment of one H.264 track (ISO/IEC 14496-12 and -15): `ftyp` and `moov`. */
export function initSegment({ sps, spsUnit, ppsUnits, turn }: Track): Uint8Array {
  const { width, height } = sps.size;
  const avcC = box('avcC', decoderConfiguration(sps, spsUnit, ppsUnits));
  const avc1 = box(
    'avc1',
    [...zeros(6), ...u16(1), ...zeros(16), ...u16(width), ...u16(height), ...u32(0x480000), ...u32(0x480000)],
    [...zeros(4), ...u16(1), ...zeros(32), ...u16(24), ...u16(0xffff)],
    avcC,
  );
  const empty = zeros(4);
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), avc1),
    fullBox('stts', 0, 0, empty),
    fullBox('stsc', 0, 0, empty),
    fullBox('stsz', 0, 0, zeros(8)),
    fullBox('stco', 0, 0, empty),
  );
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const minf = box('minf', fullBox('vmhd', 0, 1, zeros(8)), dinf, stbl);
  const hdlr = fullBox('hdlr', 0, 0, zeros(4), ascii('vide'), zeros(12), ascii('lookout\0'));
  const mdhd = fullBox('mdhd', 0, 0, zeros(8), u32(TIMESCALE), zeros(4), u16(0x55c4), zeros(2));
  const tkhd = fullBox(
    'tkhd',
    0,
    3,
    zeros(8),
    u32(1),
    zeros(20),
    zeros(4),
    matrix(turn, sps.size),
    u32(width * 65536),
    u32(height * 65536),
  );
  const trak = box('trak', tkhd, box('mdia', mdhd, hdlr, minf));
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    zeros(8),
    u32(1000),
    zeros(4),
    u32(0x10000),
    u16(0x100),
    zeros(10),
    matrix(0, sps.size),
    zeros(24),
    u32(2),
  );
  const mvex = box('mvex', fullBox('trex', 0, 0, u32(1), u32(1), zeros(12)));
  const ftyp = box('ftyp', ascii('iso6'), u32(1), ascii('iso6avc1mp41'));
  return joined(ftyp, box('moov', mvhd, trak, mvex));
}

/** Media segment of one picture: `moof` and `mdat`. `sequence` counts fragments from 1. */
export function mediaSegment(sequence: number, sample: Sample): Uint8Array {
  const { units, decodeTime, compositionOffset, duration, keyframe } = sample;
  const size = units.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const flags = keyframe ? SYNC_SAMPLE : OTHER_SAMPLE;
  const moof = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, 0x020000, u32(1)), // default-base-is-moof
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        fullBox(
          'trun',
          1,
          0x000f01,
          u32(1),
          u32(dataOffset),
          u32(duration),
          u32(size),
          u32(flags),
          u32(compositionOffset),
        ),
      ),
    );
  const header = moof(moof(0).length + 8);
  const bytes = new Uint8Array(header.length + 8 + size);
  bytes.set(header);
  bytes.set([...u32(8 + size), ...ascii('mdat')], header.length);
  let at = header.length + 8;
  for (const unit of units) {
    bytes.set(u32(unit.length), at);
    bytes.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return bytes;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). */
function decoderConfiguration(sps: Sps, spsUnit: Uint8Array, ppsUnits: readonly Uint8Array[]): number[] {
  const { profile, compatibility, level } = sps;
  const record = [1, profile, compatibility, level, 0xff, 0xe1, ...u16(spsUnit.length), ...spsUnit, ppsUnits.length];
  for (const unit of ppsUnits) record.push(...u16(unit.length), ...unit);
  if (profile === 66 || profile === 77 || profile === 88) return record;
  return [...record, 0xfc | sps.chromaFormat, 0xf8 | (sps.bitDepthLuma - 8), 0xf8 | (sps.bitDepthChroma - 8), 0];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
