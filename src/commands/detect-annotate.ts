import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Observation } from '#core/observation.js';
import { fromRecord } from '#core/read-record.js';
import { drawDetections, type PictureFormat } from '#media/annotate-picture.js';
import { annotateVideo } from '#media/annotate-video.js';
import { SHIFT_SECONDS } from '#media/decode-command.js';
import { probe } from '#media/probe.js';
import { expectedFrames } from '#media/selection.js';
import { outputError } from '#records/files.js';
import { readRecords } from '#records/results.js';
import type { Session } from './settings.js';

/** A video, its records, and the copy that shows them. */
interface VideoCopy {
  readonly source: string;
  /** The source is what was kept of a stream: its clock is shifted. */
  readonly recorded: boolean;
  readonly target: string;
  readonly records: string;
  readonly session: Session;
  readonly signal: AbortSignal;
}

/** Draws the records of a video into a copy of it, or of its part between `--start` and `--end`. @returns its path */
export async function annotatedVideo({
  source,
  recorded,
  target,
  records,
  session,
  signal,
}: VideoCopy): Promise<string> {
  const facts = await probe(source);
  const { start, end } = session.settings.sampling;
  const range = { ...(start > 0 && { start }), ...(end !== null && { end }) };
  const frames = expectedFrames(facts, range);
  const total = frames === undefined || recorded ? {} : { total: frames };
  const bar = session.terminal.progress({ label: basename(target), ...total });
  try {
    await annotateVideo(source, {
      ...range,
      torn: recorded,
      facts,
      observations: observations(records, recorded ? SHIFT_SECONDS : 0),
      target,
      logger: session.log,
      signal,
      progress: (frames) => bar.update(frames),
    });
  } finally {
    bar.end();
  }
  return target;
}

const FORMATS: Readonly<Record<string, PictureFormat>> = { '.png': 'png', '.webp': 'webp' };

/** Draws the records of pictures into copies of them, in a folder. @returns its path */
export async function annotatedPictures(folder: string, records: string, signal: AbortSignal): Promise<string> {
  const draft = `${folder}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    const taken = new Set<string>();
    for await (const { stamp, detections } of observations(records)) {
      signal.throwIfAborted();
      const format = FORMATS[extname(stamp.source).toLowerCase()] ?? 'jpeg';
      const drawn = await drawDetections(await readFile(stamp.source), detections, format);
      await writeFile(join(draft, uniqueName(stamp.source, format === 'jpeg' ? 'jpg' : format, taken)), drawn);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    throw outputError(folder, error);
  }
  return folder;
}

async function* observations(records: string, shift = 0): AsyncGenerator<Observation> {
  for await (const record of readRecords(records)) {
    const observation = fromRecord(record);
    const { stamp } = observation;
    yield shift === 0 ? observation : { ...observation, stamp: { ...stamp, pts: stamp.pts + shift } };
  }
}

function uniqueName(source: string, extension: string, taken: Set<string>): string {
  const stem = basename(source, extname(source));
  let name = `${stem}.${extension}`;
  for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}.${extension}`;
  taken.add(name);
  return name;
}
