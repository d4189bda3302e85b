import { open } from 'node:fs/promises';
import { extname } from 'node:path';

export type MediaKind = 'video' | 'picture';

const PICTURES = 'jpg jpeg jpe png webp gif bmp tif tiff avif ppm pgm pnm jp2 jxl'.split(' ');
const VIDEOS =
  'mp4 m4v mov mkv webm avi ts m2ts mts mpg mpeg vob wmv asf flv f4v 3gp ogv mxf y4m nut h264 264 avc h265 265 hevc ivf obu mjpeg mjpg dav'.split(
    ' ',
  );

const BY_EXTENSION: ReadonlyMap<string, MediaKind> = new Map([
  ...PICTURES.map((extension) => [extension, 'picture'] as const),
  ...VIDEOS.map((extension) => [extension, 'video'] as const),
]);

/** What pictures begin with: offset and bytes. */
const SIGNATURES: readonly (readonly [offset: number, bytes: string])[] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG'],
  [0, 'GIF8'],
  [8, 'WEBP'],
  [0, 'BM'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [4, 'ftypavif'],
  [4, 'ftypmif1'],
  [0, '\0\0\0\x0cJXL '],
  [0, '\0\0\0\x0cjP  '],
];

/** Extensions that are looked for in directories, for people. */
export const KNOWN_EXTENSIONS = `${VIDEOS.slice(0, 6).join(', ')}, ...; ${PICTURES.slice(0, 6).join(', ')}, ...`;

/** Whether a file name is one of a video or a picture; undefined for all others. */
export function kindOfName(name: string): MediaKind | undefined {
  return BY_EXTENSION.get(extname(name).slice(1).toLowerCase());
}

/** What a file is, by its extension or, without a known one, by its first bytes. Whatever is unknown is left to ffmpeg. */
export async function kindOfFile(path: string): Promise<MediaKind> {
  return kindOfName(path) ?? ((await beginsAsPicture(path)) ? 'picture' : 'video');
}

async function beginsAsPicture(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      const head = buffer.toString('latin1', 0, bytesRead);
      return SIGNATURES.some(([offset, bytes]) => head.startsWith(bytes, offset));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
