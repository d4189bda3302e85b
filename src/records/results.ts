import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
export async function publish({ journal, base, formats, labels }: Results): Promise<string[]> {
  const records: Records = () => readRecords(journal);
  const written: string[] = [];
  for (const format of formats) {
    const path =
      format === 'jsonl'
        ? `${base}.jsonl`
        : format === 'yolo'
          ? `${base}.yolo`
          : `${base}.${TEXT_FORMATS[format].suffix}`;
    await mkdir(dirname(path), { recursive: true }).catch((error) => {
      throw outputError(path, error);
    });
    if (format === 'jsonl') await placeCopy(journal, path);
    else if (format === 'yolo') await writeYolo(path, records, labels);
    else await writeText(path, TEXT_FORMATS[format].write(records, { labels }));
    written.push(path);
  }
  return written;
}

/** Puts a second name of `from` at `to` (a copy where the file system has no links), replacing what was there. */
export async function placeCopy(from: string, to: string): Promise<void> {
  const draft = `${to}.part`;
  try {
    await rm(draft, { force: true });
    await link(from, draft).catch(() => copyFile(from, draft));
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
async function writeYolo(path: string, records: Records, labels: readonly string[]): Promise<void> {
  const draft = `${path}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, 'classes.txt'), labels.map((label) => `${label}\n`).join(''));
    const names = new Set<string>(['classes']);
    for await (const record of records())
      await writeFile(join(draft, `${labelName(record, names)}.txt`), yoloLines(record));
    await rm(path, { recursive: true, force: true });
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw outputError(path, error);
  }
}

function labelName({ source, seq, picture }: ObservationRecord & { picture?: boolean }, taken: Set<string>): string {
  const isPicture = picture ?? /\.(jpe?g|png|webp|bmp|tiff?|gif|avif)$/i.test(source);
  if (!isPicture) return String(seq).padStart(6, '0');
  const stem = source.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  let name = stem;
  for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}`;
  taken.add(name);
  return name;
}
