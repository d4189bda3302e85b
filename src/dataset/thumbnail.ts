import sharp from 'sharp';
import { LookoutError, messageOf } from '#core/errors.js';

/**
 * A small upright JPEG of a picture file, for pages that people look at.
 * @throws LookoutError kind `dataset` when the file cannot be decoded
 */
export async function thumbnailOf(file: string, maxSide: number): Promise<Uint8Array> {
  const size = { width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true } as const;
  try {
    return await sharp(file).autoOrient().resize(size).flatten().jpeg({ quality: 72, mozjpeg: true }).toBuffer();
  } catch (error) {
    throw new LookoutError('dataset', `${file}: cannot be decoded: ${messageOf(error)}`, { cause: error });
  }
}
