import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LookoutError, messageOf } from '#core/errors.js';

/** SHA-256 of a file, hexadecimal, read in pieces. @throws LookoutError kind `source` */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  } catch (error) {
    throw new LookoutError('source', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  return hash.digest('hex');
}

/** SHA-256 of a value's JSON text, hexadecimal. */
export function valueDigest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
