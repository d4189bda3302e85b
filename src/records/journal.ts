import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { outputError, writeAtomically } from './files.js';

/** Where an interrupted run goes on. `S` is what the pipeline needs to continue: counters, tracker state, failures. */
export interface Progress<S> {
  /** Bytes of each stream that are certain. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly state: S;
}

const PROGRESS = 'progress.json';

/** The lines of one segment, by stream. */
export type Segment = Readonly<Record<string, readonly string[]>>;

/**
 * What is known of one input so far, in a directory of its own: append-only text streams and a progress file.
 *
 * `commit` adds one segment: its lines reach the disk, then the progress file is replaced by rename. After a kill,
 * `openJournal` cuts every stream back to its last finished segment.
 */
export class Journal<S> {
  readonly #directory: string;
  readonly #files: ReadonlyMap<string, FileHandle>;
  readonly #bytes: Map<string, number>;

  constructor(directory: string, files: ReadonlyMap<string, FileHandle>, bytes: ReadonlyMap<string, number>) {
    this.#directory = directory;
    this.#files = files;
    this.#bytes = new Map(bytes);
  }

  /**
   * Ends a segment. One commit at a time.
   * @throws LookoutError kind `output`; segments finished before stay
   */
  async commit(segment: Segment, state: S): Promise<void> {
    for (const [name, lines] of Object.entries(segment)) {
      const file = this.#files.get(name);
      if (!file) throw new RangeError(`journal: expected one of ${[...this.#files.keys()].join(', ')}, got ${name}`);
      if (lines.length === 0) continue;
      const data = Buffer.from(`${lines.join('\n')}\n`);
      const position = this.#bytes.get(name)!;
      await appendAll(file, data, position).catch((error) => {
        throw outputError(this.path(name), error);
      });
      this.#bytes.set(name, position + data.length);
    }
    const progress: Progress<S> = { bytes: Object.fromEntries(this.#bytes), state };
    await writeAtomically(join(this.#directory, PROGRESS), (file) => file.writeFile(JSON.stringify(progress)));
  }

  /** The file that holds a stream. */
  path(stream: string): string {
    return streamPath(this.#directory, stream);
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }

  /** Closes and removes everything: the results are final. */
  async discard(): Promise<void> {
    await this.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/**
 * Opens the journal of a directory, at its last finished segment when `resume` is set and one is there, empty otherwise.
 * @returns the journal and the state of the last finished segment, if any
 */
export async function openJournal<S>(
  directory: string,
  streams: readonly string[],
  resume: boolean,
): Promise<{ journal: Journal<S>; state: S | undefined }> {
  try {
    if (!resume) await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const progress = resume ? await readProgress<S>(directory) : undefined;
    const files = new Map<string, FileHandle>();
    const bytes = new Map<string, number>();
    for (const name of streams) {
      const path = streamPath(directory, name);
      const certain = progress?.bytes[name] ?? 0;
      const file = await open(path, progress && certain > 0 ? 'r+' : 'w');
      files.set(name, file);
      const { size } = await file.stat();
      if (size < certain)
        throw new LookoutError(
          'output',
          `${path}: expected ${certain} bytes, found ${size}; run again without --resume`,
        );
      await file.truncate(certain);
      bytes.set(name, certain);
    }
    return { journal: new Journal<S>(directory, files, bytes), state: progress?.state };
  } catch (error) {
    throw outputError(directory, error);
  }
}

/** The progress that a journal's directory holds, if any. */
export async function readProgress<S>(directory: string): Promise<Progress<S> | undefined> {
  const path = join(directory, PROGRESS);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Progress<S>;
  } catch (cause) {
    throw new LookoutError('output', `${path} is damaged; run again without --resume`, { cause });
  }
}

function streamPath(directory: string, name: string): string {
  return join(directory, `${name}.jsonl`);
}

async function appendAll(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    done += bytesWritten;
  }
  await file.datasync();
}
