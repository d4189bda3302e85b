import sharp, { type Sharp } from 'sharp';
import type { Fit } from '#core/card.js';
import { type InputSizes, sizeFor } from '#core/input-sizes.js';
import type { Letterbox } from '#core/letterbox.js';
import { SourceError } from '#core/source-error.js';
import { letterbox, pictureSize } from '#vision/letterbox.js';
import { locate } from './location.js';
import { pictureBytes } from './picture-bytes.js';

// Pictures are used once: libvips' cache of operations would only grow.
sharp.cache(false);

export interface PictureOptions {
  readonly input: InputSizes;
  readonly fit: Fit;
  /** Grey value of the padding and of what lies under transparent parts. */
  readonly padding: number;
}

/** A picture in a model's input: interleaved RGB of `letterbox.input`. */
export interface LetterboxedPicture {
  readonly letterbox: Letterbox;
  readonly rgb: Uint8Array;
}

/**
 * Reads a picture file or http(s) address (JPEG, PNG, WebP, GIF, TIFF, AVIF: whatever libvips reads): upright by its EXIF orientation, CMYK,
 * grayscale and 16 bits as 8-bit sRGB, the first frame of an animation, transparent parts over the padding's grey.
 * @throws SourceError; fault `codec` where libvips does not know the format
 */
export async function readPicture(path: string, { input, fit, padding }: PictureOptions): Promise<LetterboxedPicture> {
  const location = locate(path);
  try {
    // libvips keeps no file open when it is handed the bytes; a name would also be taken apart (`file.tif[page=2]`).
    return await decoded(await pictureBytes(location), { input, fit, padding });
  } catch (error) {
    throw pictureFault(location.name, error);
  }
}

/** The same for a picture in memory. @throws SourceError */
export function decodePicture(picture: Uint8Array, options: PictureOptions): Promise<LetterboxedPicture> {
  return decoded(picture, options).catch((error: unknown) => {
    throw pictureFault('picture', error);
  });
}

async function decoded(bytes: Uint8Array, { input, fit, padding }: PictureOptions): Promise<LetterboxedPicture> {
  const picture = sharp(bytes, { failOn: 'error' });
  const { autoOrient } = await picture.metadata();
  const source = { width: autoOrient.width, height: autoOrient.height };
  const fitted = letterbox({ source, input: sizeFor(input, source), fit });
  return { letterbox: fitted, rgb: await render(picture, fitted, padding) };
}

async function render(picture: Sharp, fitted: Letterbox, padding: number): Promise<Uint8Array> {
  const { input, left, top } = fitted;
  const { width, height } = pictureSize(fitted);
  const background = { r: padding, g: padding, b: padding };
  return picture
    .autoOrient()
    .flatten({ background })
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .extend({ left, top, right: input.width - left - width, bottom: input.height - top - height, background })
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
}

/** What libvips' complaint about a picture means. */
export function pictureFault(name: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 160);
  if (/unsupported image format/i.test(said)) {
    return new SourceError('codec', `${name}: no picture of a known format`, { cause: error });
  }
  const truncated = /premature|truncat|unexpected end|incomplete|not enough data/i.test(said);
  if (truncated) return new SourceError('truncated', `${name}: the picture is cut off (${said})`, { cause: error });
  return new SourceError('not-video', `${name}: no picture that can be read (${said})`, { cause: error });
}
