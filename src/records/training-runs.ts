import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TrainingPort } from '#core/training-port.js';
import { TRAINING_PICTURES, TRAINING_RECORD, type TrainingRecord } from '#core/training-record.js';

const MOST_RECORD_BYTES = 16 * 2 ** 20;
const MOST_PICTURE_BYTES = 4 * 2 ** 20;
const MOST_RUNS = 200;
const PICTURE = /^[\w-]{1,80}\.jpg$/;

/**
 * The runs in folders, each a run itself or a folder of runs. Only what a run's own record names is ever read: names that
 * are asked for are looked up among what is there, never made into paths.
 */
export class TrainingRuns implements TrainingPort {
  constructor(private readonly folders: readonly string[]) {}

  async list(): Promise<{ run: string; record: TrainingRecord }[]> {
    const runs = [...(await this.#runs())];
    const read = await Promise.all(runs.map(async ([run, folder]) => ({ run, record: await recordOf(folder) })));
    const known = read.flatMap(({ run, record }) => (record === undefined ? [] : [{ run, record }]));
    return known.sort((one, other) => other.record.updated_at - one.record.updated_at);
  }

  async read(run: string): Promise<TrainingRecord | undefined> {
    const folder = (await this.#runs()).get(run);
    return folder === undefined ? undefined : recordOf(folder);
  }

  async picture(run: string, file: string): Promise<Uint8Array | undefined> {
    const folder = (await this.#runs()).get(run);
    if (folder === undefined || !PICTURE.test(file)) return undefined;
    const record = await recordOf(folder);
    if (!record?.pictures.some((picture) => picture.file === file)) return undefined;
    return contentOf(join(folder, TRAINING_PICTURES, file), MOST_PICTURE_BYTES);
  }

  /** Folders of runs by name; of two with the same name the first. */
  async #runs(): Promise<Map<string, string>> {
    const runs = new Map<string, string>();
    for (const folder of this.folders) {
      const root = await realpath(folder).catch(() => undefined);
      if (root === undefined) continue;
      const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
      const isRun = entries.some((entry) => entry.isFile() && entry.name === TRAINING_RECORD);
      const found = isRun ? [root] : entries.filter((one) => one.isDirectory()).map(({ name }) => join(root, name));
      for (const path of found.slice(0, MOST_RUNS)) if (!runs.has(basename(path))) runs.set(basename(path), path);
    }
    return runs;
  }
}

/** What is not a record of this format, or is being written, is no run. */
async function recordOf(folder: string): Promise<TrainingRecord | undefined> {
  const content = await contentOf(join(folder, TRAINING_RECORD), MOST_RECORD_BYTES);
  if (content === undefined) return undefined;
  try {
    const record = JSON.parse(Buffer.from(content).toString('utf8')) as TrainingRecord;
    return record.format === 1 && Array.isArray(record.history) && Array.isArray(record.pictures) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** A plain file's bytes; undefined for links, for what is no file and for what is too large. */
async function contentOf(path: string, mostBytes: number): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await file.stat();
    return stat.isFile() && stat.size <= mostBytes ? await file.readFile() : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
