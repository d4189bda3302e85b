import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Observation } from '#core/observation.js';
import { fromRecord } from '#core/read-record.js';
import { SourceError } from '#core/source-error.js';
import { annotatePicture } from '#media/annotate-picture.js';
import { annotateVideo } from '#media/annotate-video.js';
import { SHIFT_SECONDS } from '#media/decode-command.js';
import { locate } from '#media/location.js';
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

/** What keeps its format; everything else becomes a JPEG. */
const KEPT: ReadonlySet<string> = new Set(['.png', '.webp']);

/** Pictures, their records, and the folder of the copies that show them. */
interface PictureCopies {
  readonly folder: string;
  readonly records: string;
  /** Paths and addresses, credentials included: record `seq` is of picture number `seq`. */
  readonly paths: readonly string[];
  /** Told of a picture that cannot be drawn into; the others go on. */
  readonly fault: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Draws the records of pictures into copies of them, in a folder. @returns its path */
export async function annotatedPictures({ folder, records, paths, fault, signal }: PictureCopies): Promise<string> {
  const draft = `${folder}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    const taken = new Set<string>();
    for await (const { stamp, detections } of observations(records)) {
      signal.throwIfAborted();
      const path = paths[stamp.seq]!;
      await annotatePicture(path, detections, join(draft, copyName(path, taken))).catch((error: unknown) => {
        if (!(error instanceof SourceError)) throw error;
        fault(error.message);
      });
    }
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
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

/** The name of a picture's copy, unique in its folder. */
function copyName(path: string, taken: Set<string>): string {
  const { remote, name: local } = locate(path);
  const file = remote ? new URL(path).pathname : local;
  const extension = extname(file);
  const stem = basename(file, extension);
  const ending = KEPT.has(extension.toLowerCase()) ? extension.toLowerCase() : '.jpg';
  let name = `${stem}${ending}`;
  for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}${ending}`;
  taken.add(name);
  return name;
}
