import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';

/** What is remembered of a picture to find it again. */
export interface Fingerprint {
  /** SHA-256 of the file. */
  readonly exact: string;
  /** Difference hash: 64 bits in two uint32 (brighter to the right or not, 8 rows of 9 fields). */
  readonly hash: readonly [number, number];
  /** 32x32 grey levels. */
  readonly thumbnail: Uint8Array;
}

const SIDE = 32;

/**
 * Decodes a picture whole and takes its fingerprint.
 * @throws whatever the decoder says when the file is broken
 */
export async function fingerprint(file: string): Promise<Fingerprint> {
  const bytes = readFileSync(file);
  const small = sharp(bytes, { failOn: 'error' }).autoOrient().flatten().greyscale();
  const { data } = await small.resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
  const thumbnail = new Uint8Array(data);
  return { exact: createHash('sha256').update(bytes).digest('hex'), hash: differenceHash(thumbnail), thumbnail };
}

function differenceHash(thumbnail: Uint8Array): [number, number] {
  const words: [number, number] = [0, 0];
  for (let row = 0; row < 8; row++) {
    const fields = Array.from({ length: 9 }, (_, column) => meanOf(thumbnail, row, column));
    for (let column = 0; column < 8; column++) {
      const bit = fields[column + 1]! > fields[column]! ? 1 : 0;
      const word = row < 4 ? 0 : 1;
      words[word] = ((words[word] << 1) | bit) >>> 0;
    }
  }
  return words;
}

function meanOf(thumbnail: Uint8Array, row: number, column: number): number {
  const [left, right] = [Math.floor((column * SIDE) / 9), Math.floor(((column + 1) * SIDE) / 9)];
  let sum = 0;
  for (let y = 4 * row; y < 4 * row + 4; y++) for (let x = left; x < right; x++) sum += thumbnail[y * SIDE + x]!;
  return sum / (4 * (right - left));
}

/** Hash bits that may differ, and mean difference of the thumbnails' grey levels, for two pictures to be alike. */
const MAX_BITS = 3;
const MAX_LEVELS = 6;

/**
 * Pairs of pictures that look alike (rescaled, recompressed, slightly changed), not the identical ones. Four parts of the
 * hash are looked up one by one: pictures that differ in at most three bits agree in one of them.
 */
export function nearPairs(prints: readonly (Fingerprint | undefined)[]): (readonly [number, number])[] {
  const seen = new Set<number>();
  const pairs: [number, number][] = [];
  for (let part = 0; part < 4; part++) {
    const buckets = new Map<number, number[]>();
    prints.forEach((print, index) => {
      if (print === undefined) return;
      const key = (print.hash[part >> 1] >>> (16 * (part & 1))) & 0xffff;
      const bucket = buckets.get(key) ?? [];
      for (const other of bucket) {
        const id = other * prints.length + index;
        if (seen.has(id) || !alike(prints[other]!, print)) continue;
        seen.add(id);
        pairs.push([other, index]);
      }
      bucket.push(index);
      buckets.set(key, bucket);
    });
  }
  return pairs.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
}

function alike(left: Fingerprint, right: Fingerprint): boolean {
  if (left.exact === right.exact) return false;
  const bits = countBits(left.hash[0] ^ right.hash[0]) + countBits(left.hash[1] ^ right.hash[1]);
  if (bits > MAX_BITS) return false;
  let difference = 0;
  for (let at = 0; at < left.thumbnail.length; at++) difference += Math.abs(left.thumbnail[at]! - right.thumbnail[at]!);
  return difference <= MAX_LEVELS * left.thumbnail.length;
}

function countBits(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
