import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** File name endings that are taken for pictures. */
export const PICTURE_ENDINGS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.bmp',
  '.gif',
  '.tif',
  '.tiff',
]);

export function isPicture(file: string): boolean {
  return PICTURE_ENDINGS.has(extname(file).toLowerCase());
}

/** All files with one of the endings below a folder, sorted; hidden ones left out. */
export function filesBelow(folder: string, accepts: (file: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.split(/[\\/]/).some((part) => part.startsWith('.')) && accepts(file))
    .map((file) => join(folder, file))
    .sort();
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
