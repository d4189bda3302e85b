import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run the same command with --resume',
  EDQUOT: 'the disk quota is used up; free some space and run the same command with --resume',
  EACCES: 'permission denied; choose another directory with --out',
  EPERM: 'permission denied; choose another directory with --out',
  EROFS: 'the file system is read-only; choose another directory with --out',
  ENOENT: 'the folder above it is missing or read-only; choose another directory with --out',
  EEXIST: 'a file of that name is in the way; move it or choose another directory with --out',
  ENOTDIR: 'a part of the path is a file, not a directory; choose another directory with --out',
  EISDIR: 'a directory of that name is in the way; move it or choose another directory with --out',
};

/** Says in one line why a result could not be written. Anything but the system's own errors passes unchanged. */
export function outputError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof LookoutError || code === undefined) return error;
  return new LookoutError('output', `cannot write ${path}: ${CAUSES[code] ?? messageOf(error)}`, { cause: error });
}

/**
 * Makes a folder, and those above it, where they are missing. (Node's own recursion never ends where a file system refuses
 * with ENOENT, as /proc does.)
 * @throws LookoutError kind `output`
 */
export async function makeFolder(path: string): Promise<void> {
  await made(resolve(path)).catch((error: unknown) => {
    throw outputError(path, error);
  });
}

async function made(path: string): Promise<void> {
  const isFolder = async (folder: string) => (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
  if (await isFolder(path)) return;
  if (dirname(path) !== path) await made(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error; // somebody else was faster
  });
}

/** Makes a rename durable: without it a power cut may undo it. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that `path` holds either its old content or the whole new one, whenever the process dies.
 * @throws LookoutError kind `output`
 */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const draft = `${path}.part`;
  try {
    const file = await open(draft, 'w');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw outputError(path, error);
  }
}
