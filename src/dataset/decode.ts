import sharp from 'sharp';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Size } from '#core/size.js';
import type { Picture } from './augmentation/picture.js';

// One picture at a time and thread: parallelism comes from the loader's workers, and nothing is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes a picture file upright, as sRGB without transparency (over grey); smaller where it is larger than needed.
 * @param size the upright size that its labels count on
 * @param maxSide longest side worth keeping, px; up to a quarter more is left as it is, which is faster than scaling
 * @throws LookoutError kind `dataset` when the file cannot be decoded or has another size
 */
export async function decodePicture(file: string, size: Size, maxSide: number): Promise<Picture> {
  const longer = Math.max(size.width, size.height);
  try {
    let image = sharp(file, { failOn: 'error', limitInputPixels: 1 << 28 }).autoOrient();
    if (longer > 1.25 * maxSide) image = image.resize({ width: maxSide, height: maxSide, fit: 'inside' });
    const flat = image.flatten({ background: { r: 114, g: 114, b: 114 } }).toColourspace('srgb');
    const { data, info } = await flat.raw().toBuffer({ resolveWithObject: true });
    const expected = longer > 1.25 * maxSide ? undefined : size;
    if (info.channels !== 3 || (expected && (info.width !== expected.width || info.height !== expected.height))) {
      throw new Error(
        `decoded to ${info.width}x${info.height}x${info.channels}, expected ${size.width}x${size.height}x3`,
      );
    }
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw new LookoutError('dataset', `${file}: cannot be decoded: ${messageOf(error)}`, { cause: error });
  }
}
