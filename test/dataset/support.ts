import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import { formatFault } from '#dataset/fault.js';
import { readDataset } from '#dataset/read-dataset.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests, with text files in it. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-dataset-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Writes a picture of one colour (or of given RGB bytes) and gives its path back. */
export async function writePicture(
  file: string,
  {
    width = 64,
    height = 48,
    rgb = [90, 120, 150] as readonly number[],
    pixels = undefined as Uint8Array | undefined,
  } = {},
): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  const data = pixels ?? Uint8Array.from({ length: width * height * 3 }, (_, at) => rgb[at % 3]!);
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file);
  return file;
}

/** Faults as `name:line kind effect`, the folder left out. */
export async function faultsOf(path: string, folder: string): Promise<string[]> {
  const { faults } = await readDataset(path);
  return faults.map((fault) => {
    const [place] = formatFault(fault).split(': ', 1);
    return `${place!.slice(folder.length + 1)} ${fault.kind} (${fault.effect})`;
  });
}
