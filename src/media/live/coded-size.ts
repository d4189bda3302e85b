import type { Size } from '#core/size.js';
import { hevcPictureSize } from '../h265/sps.js';
import type { NutStream } from '../nut-headers.js';
import { jpegSize } from './jpeg-size.js';

/** Tells the size of a coded picture where the packet itself says it; undefined where it does not. */
export type CodedSize = (packet: Uint8Array, isKey: boolean) => Size | undefined;

const HEVC = /^(hevc|h265|hev1|hvc1)$/i;
const JPEG = /^(mjpe?g|jpeg)$/i;

/**
 * How to read the size of a codec's pictures: it may change in mid-stream, which the header of the stream does not know.
 * H.264 is read by its remuxer; H.265 with its parameter sets apart, as in an MP4 file, keeps its size.
 */
export function codedSize({ fourcc, extra }: Pick<NutStream, 'fourcc' | 'extra'>): CodedSize {
  if (JPEG.test(fourcc)) return jpegSize;
  const isByteStream = extra[0] !== 1;
  if (HEVC.test(fourcc) && isByteStream) return (packet, isKey) => (isKey ? hevcPictureSize(packet) : undefined);
  return () => undefined;
}
