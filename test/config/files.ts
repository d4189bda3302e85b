import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { LookoutError } from '#core/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** Writes a file of this content and returns its path. */
export function fileOf(content: string | Uint8Array, name = `settings-${count++}.yaml`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What a faulty configuration says, a line each, with the path of the file as FILE. */
export function faultsOf(action: () => unknown, file = ''): string[] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof LookoutError) || error.kind !== 'config') throw error;
    const lines = error.message.split('\n').map((line) => (file === '' ? line : line.replaceAll(file, 'FILE')));
    return lines.length > 1 ? lines.slice(1) : lines;
  }
  return [];
}
