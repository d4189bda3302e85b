import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import sharp, { type Sharp } from 'sharp';
import type { Detection } from '#core/detection.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { paintOnCanvas } from './drawing/canvas-painter.js';
import { chipSize } from './drawing/chip.js';
import { marksOf } from './drawing/marks.js';
import { styleFor } from './drawing/style.js';
import { checkFile, locate } from './location.js';
import { pictureFault } from './picture.js';

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
 * Writes a copy of a picture file with its detections drawn in; the extension of `target` decides between PNG, WebP and
 * JPEG. It appears when it is whole.
 * @throws SourceError when the picture cannot be read; LookoutError kind `output` when the copy cannot be written
 */
export async function annotatePicture(path: string, detections: Drawn, target: string): Promise<void> {
  const location = locate(path);
  await checkFile(location);
  const format = FORMATS[extname(target).toLowerCase()] ?? 'jpeg';
  const drawn = await drawDetections(await readFile(location.name), detections, format).catch((error: unknown) => {
    throw pictureFault(location.name, error);
  });
  try {
    await writeFile(`${target}.part`, drawn);
    await rename(`${target}.part`, target);
  } catch (error) {
    await rm(`${target}.part`, { force: true }).catch(() => undefined);
    throw new LookoutError('output', `cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
}

const FORMATS: Readonly<Record<string, PictureFormat>> = { '.png': 'png', '.webp': 'webp' };

function encode(picture: Sharp, format: PictureFormat): Promise<Buffer> {
  if (format === 'png') return picture.png().toBuffer();
  return format === 'webp' ? picture.webp({ quality: 92 }).toBuffer() : picture.jpeg({ quality: 92 }).toBuffer();
}
