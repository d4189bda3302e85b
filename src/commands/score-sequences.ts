import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';

/** One video's truth and what a tracker said of it, as files in MOTChallenge form. */
export interface Sequence {
  readonly name: string;
  readonly truth: string;
  readonly result: string;
  /** Its length, where `seqinfo.ini` says it; else the last frame that is named. */
  readonly frames?: number;
}

/**
 * Pairs truths with results: a file with a file, or folders by name. A folder of truths holds `NAME/gt/gt.txt` (with
 * `NAME/seqinfo.ini`) or `NAME.mot.txt`; one of results `NAME.txt`, `NAME.mot.txt` or `NAME.mp4.mot.txt`.
 * @throws LookoutError kind `dataset` when there are none, or a sequence has no result or two
 */
export async function pairedSequences(result: string, truth: string): Promise<Sequence[]> {
  const [resultIsFolder, truthIsFolder] = await Promise.all([isFolder(result), isFolder(truth)]);
  if (resultIsFolder !== truthIsFolder) {
    const kind = (folder: boolean): string => (folder ? 'a folder' : 'a file');
    throw new LookoutError(
      'dataset',
      `expected two files or two folders, got ${kind(resultIsFolder)} (${result}) and ${kind(truthIsFolder)} (--truth ${truth})`,
    );
  }
  if (!truthIsFolder) return [{ name: nameOf(truth), truth, result }];
  const results = new Map<string, string>();
  for (const file of (await readdir(result)).filter((each) => each.endsWith('.txt')).sort()) {
    const twin = results.get(nameOf(file));
    if (twin !== undefined) {
      throw new LookoutError('dataset', `${join(result, file)}: ${twin} is a result of ${nameOf(file)} too; leave one`);
    }
    results.set(nameOf(file), join(result, file));
  }
  const truths = await truthsOf(truth);
  if (truths.length === 0) {
    throw new LookoutError('dataset', `${truth}: no truths; expected NAME/gt/gt.txt or NAME.mot.txt`);
  }
  const missing = truths.filter(({ name }) => !results.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new LookoutError('dataset', `${result}: no result for ${missing.join(', ')}; expected ${missing[0]}.txt`);
  }
  return truths.map((each) => ({ ...each, result: results.get(each.name)! }));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new LookoutError('dataset', `${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** `street` of `out/street.mp4.mot.txt`, `street.mot.txt` and `street.txt`. */
function nameOf(file: string): string {
  return basename(file)
    .replace(/(\.mot)?\.txt$/i, '')
    .replace(/\.(mp4|mkv|avi|mov|webm|ts|m4v)$/i, '');
}

async function truthsOf(folder: string): Promise<Omit<Sequence, 'result'>[]> {
  const entries = (await readdir(folder)).sort();
  const sequences = entries.filter((entry) => existsSync(join(folder, entry, 'gt', 'gt.txt')));
  if (sequences.length > 0) {
    return Promise.all(
      sequences.map(async (name) => ({
        name,
        truth: join(folder, name, 'gt', 'gt.txt'),
        frames: await lengthOf(join(folder, name, 'seqinfo.ini')),
      })),
    );
  }
  const files = entries.filter((entry) => entry.endsWith('.mot.txt'));
  return files.map((file) => ({ name: nameOf(file), truth: join(folder, file) }));
}

async function lengthOf(seqinfo: string): Promise<number | undefined> {
  if (!existsSync(seqinfo)) return undefined;
  const [, length] = /^\s*seqLength\s*=\s*(\d+)\s*$/m.exec(await readFile(seqinfo, 'utf8')) ?? [];
  return length === undefined ? undefined : Number(length);
}
