import { createReadStream } from 'node:fs';
import { constants, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ObservationRecord } from '#core/record.js';
import { outputError, syncDirectory, writeAtomically } from './files.js';
import { coco, csv, type FormatContext, mot, type Records, type TextFormat, yoloLines } from './formats.js';

export const FORMATS = ['jsonl', 'csv', 'coco', 'mot', 'yolo'] as const;
export type Format = (typeof FORMATS)[number];

const TEXT_FORMATS: Readonly<Record<'csv' | 'coco' | 'mot', { suffix: string; write: TextFormat }>> = {
  csv: { suffix: 'csv', write: csv },
  coco: { suffix: 'coco.json', write: coco },
  mot: { suffix: 'mot.txt', write: mot },
};

/** What is written for one input. */
export interface Results extends FormatContext {
  /** The journal's file of records: one JSON record a line. */
  readonly journal: string;
  /** Path without the format's suffix, e.g. `out/street.mp4`. */
  readonly base: string;
  readonly formats: readonly Format[];
}

/** The records of a JSONL file, one by one. */
export async function* readRecords(path: string): AsyncIterable<ObservationRecord> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as ObservationRecord;
}

/**
 * Turns a finished journal into the files that the user asked for. Every file appears whole, by rename.
 * @returns the paths written
 * @throws LookoutError kind `output`
 */
export async function publish({ journal, base, formats, ...context }: Results): Promise<string[]> {
  const records: Records = () => readRecords(journal);
  const written: string[] = [];
  for (const format of formats) {
    const path = resultPath(base, format);
    await mkdir(dirname(path), { recursive: true }).catch((error) => {
      throw outputError(path, error);
    });
    if (format === 'jsonl') await placeCopy(journal, path);
    else if (format === 'yolo') await writeYolo(path, records, context);
    else await writeText(path, TEXT_FORMATS[format].write(records, context));
    written.push(path);
  }
  return written;
}

function resultPath(base: string, format: Format): string {
  if (format === 'jsonl' || format === 'yolo') return `${base}.${format}`;
  return `${base}.${TEXT_FORMATS[format].suffix}`;
}

/** Copies a file so that the copy appears whole, replacing what was there. */
export async function placeCopy(from: string, to: string): Promise<void> {
  const draft = `${to}.part`;
  try {
    await copyFile(from, draft, constants.COPYFILE_FICLONE);
    await rename(draft, to);
    await syncDirectory(dirname(to));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw outputError(to, error);
  }
}

async function writeText(path: string, pieces: AsyncIterable<string>): Promise<void> {
  await writeAtomically(path, async (file) => {
    let text = '';
    for await (const piece of pieces) {
      text += piece;
      if (text.length < 1 << 16) continue;
      await file.writeFile(text);
      text = '';
    }
    await file.writeFile(text);
  });
}

/** One label file per frame in a directory, and `classes.txt`. Pictures keep their name, frames of a video get their number. */
async function writeYolo(path: string, records: Records, { labels, pictures }: FormatContext): Promise<void> {
  const draft = `${path}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, 'classes.txt'), labels.map((label) => `${label}\n`).join(''));
    const names = new Set<string>(['classes']);
    for await (const record of records()) {
      const name = pictures ? stem(record.source, names) : String(record.seq).padStart(6, '0');
      await writeFile(join(draft, `${name}.txt`), yoloLines(record));
    }
    await rm(path, { recursive: true, force: true });
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw outputError(path, error);
  }
}

/** A picture's name without folder and extension, made unique. */
function stem(source: string, taken: Set<string>): string {
  const plain = source.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  let name = plain;
  for (let count = 2; taken.has(name); count += 1) name = `${plain}-${count}`;
  taken.add(name);
  return name;
}
