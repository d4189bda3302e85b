import { type FfprobeOptions, ffprobe } from './ffprobe.js';
import type { VideoFacts } from './probe.js';
import { ratioOf } from './rational.js';

/** Codecs each of whose frames stands alone. */
const INTRA_ONLY = new Set(['mjpeg', 'png', 'prores', 'dnxhd', 'rawvideo', 'ffvhuff', 'huffyuv', 'utvideo', 'qtrle']);
/** Codecs whose key frames reset the decoder altogether. */
const RESETTING = new Set(['vp8', 'vp9']);
/** Containers with an index of key frames and real presentation times. */
const INDEXED = /^(mov,mp4|matroska,webm)/;

/**
 * The key frame at which decoding may begin so that all frames from `pts` on equal those of a decode from the start; undefined
 * where that is not proven, and the video has to be decoded from its beginning. Proven are: codecs whose frames
 * stand alone, VP8 and VP9, and H.264 and H.265 at an IDR picture (ITU-T H.264 3.69, H.265 3.68), in MP4 and Matroska.
 */
export async function seekPoint(
  facts: VideoFacts,
  pts: number,
  options: FfprobeOptions = {},
): Promise<number | undefined> {
  if (facts.location.remote || !INDEXED.test(facts.container)) return undefined;
  const show = [
    '-select_streams',
    String(facts.stream),
    '-show_packets',
    '-show_data',
    '-read_intervals',
    `${pts.toFixed(6)}%+#1`,
  ];
  const entries = ['-show_entries', 'packet=pts,flags,data'];
  const probed = (await ffprobe(facts.location, [...show, ...entries], options)) as {
    packets?: { pts?: number; flags?: string; data?: string }[];
  };
  const packet = probed.packets?.[0];
  if (packet?.pts === undefined || !packet.flags?.includes('K')) return undefined;
  const at = packet.pts * ratioOf(facts.timeBase);
  const proven = INTRA_ONLY.has(facts.codec) || RESETTING.has(facts.codec) || isIdr(facts.codec, packet.data ?? '');
  return proven && at <= pts ? Math.ceil(at * 1e6) / 1e6 : undefined;
}

/** Looks for an IDR slice in a packet that is, to its last byte, a chain of NAL units behind four-byte lengths. */
function isIdr(codec: string, dump: string): boolean {
  if (codec !== 'h264' && codec !== 'hevc') return false;
  const bytes = parseDump(dump);
  const view = new DataView(bytes.buffer);
  let found = false;
  let at = 0;
  while (at + 5 <= bytes.length) {
    const type = codec === 'h264' ? bytes[at + 4]! & 31 : (bytes[at + 4]! >> 1) & 63;
    found ||= codec === 'h264' ? type === 5 : type === 19 || type === 20;
    at += 4 + view.getUint32(at);
  }
  return found && at === bytes.length;
}

/** ffprobe's hexadecimal dump: `00000000: 0011 2233 ...  ascii` per 16 bytes. */
function parseDump(dump: string): Uint8Array {
  const hex = dump
    .split('\n')
    .map((line) => line.slice(10, 50).replaceAll(' ', ''))
    .join('');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
