import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import sharp, { type Sharp } from 'sharp';
import type { Detection } from '#core/detection.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { paintOnCanvas } from './drawing/canvas-painter.js';
import { chipSize } from './drawing/chip.js';
import { marksOf } from './drawing/marks.js';
import { styleFor } from './drawing/style.js';
import { command, start } from './ffmpeg-child.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import { type Location, locate } from './location.js';
import { pictureFault } from './picture.js';
import { pictureBytes } from './picture-bytes.js';
import { sourceFault } from './source-fault.js';
import { sourceInput } from './source-input.js';

export type PictureFormat = 'jpeg' | 'png' | 'webp';

type Drawn = readonly (Detection & { readonly trackId?: number })[];

/**
 * A picture with boxes, labels and landmarks drawn in, encoded. `picture`: an encoded picture (JPEG, PNG, ...); it is
 * turned upright by its EXIF orientation, as the detections are.
 */
export async function drawDetections(picture: Uint8Array, detections: Drawn, format: PictureFormat): Promise<Buffer> {
  const base = sharp(picture).autoOrient();
  const { autoOrient: size } = await base.metadata();
  const canvas = createCanvas(size.width, size.height);
  const context = canvas.getContext('2d');
  const style = styleFor(size);
  const measure = (text: string) => chipSize(text, style.fontPx);
  paintOnCanvas(context, marksOf(detections, { size, style, measure }), style.fontPx);
  const { data } = context.getImageData(0, 0, size.width, size.height);
  const overlay = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const raw = { width: size.width, height: size.height, channels: 4 as const };
  const drawn = base.toColourspace('srgb').composite([{ input: overlay, raw }]);
  return encode(drawn, format);
}

/**
 * Writes a copy of a picture (a file, or an http(s) address) with its detections drawn in; the extension of `target` decides between PNG, WebP and
 * JPEG. It appears when it is whole.
 * @throws SourceError when the picture cannot be read; LookoutError kind `output` when the copy cannot be written
 */
export async function annotatePicture(path: string, detections: Drawn, target: string): Promise<void> {
  const location = locate(path);
  const format = FORMATS[extname(target).toLowerCase()] ?? 'jpeg';
  const picture = await pictureBytes(location);
  const drawn = await drawDetections(picture, detections, format).catch(async (error: unknown) => {
    const fault = pictureFault(location.name, error);
    if (fault.fault !== 'codec') throw fault;
    return drawDetections(await asPng(location), detections, format);
  });
  try {
    await writeFile(`${target}.part`, drawn);
    await rename(`${target}.part`, target);
  } catch (error) {
    await rm(`${target}.part`, { force: true }).catch(() => undefined);
    throw new LookoutError('output', `cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
}

/** Formats that libvips does not know (BMP, PPM, ...) may be known to ffmpeg. @throws SourceError */
async function asPng(location: Location): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'lookout-'));
  const path = join(folder, 'picture.png');
  try {
    const { input, options } = sourceInput(location, await ffmpegVersion());
    const built = command()
      .input(input)
      .inputOptions(...options)
      .outputOptions('-frames:v', '1', '-c:v', 'png', '-f', 'image2', '-update', '1')
      .output(`file:${path}`);
    const child = await start(built, ['ignore', 'ignore', 'pipe']);
    const { code, stderr } = await child.exited;
    if (code !== 0) throw sourceFault(location.name, stderr, 'codec');
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const FORMATS: Readonly<Record<string, PictureFormat>> = { '.png': 'png', '.webp': 'webp' };

function encode(picture: Sharp, format: PictureFormat): Promise<Buffer> {
  if (format === 'png') return picture.png().toBuffer();
  return format === 'webp' ? picture.webp({ quality: 92 }).toBuffer() : picture.jpeg({ quality: 92 }).toBuffer();
}
