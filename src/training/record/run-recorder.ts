import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Box } from '#core/box.js';
import { messageOf } from '#core/errors.js';
import {
  TRAINING_PICTURES,
  TRAINING_RECORD,
  type TrainingEpoch,
  type TrainingMoment,
  type TrainingPicture,
  type TrainingRecord,
} from '#core/training-record.js';
import type { Sample } from '#dataset/dataset.js';
import { thumbnailOf } from '#dataset/thumbnail.js';
import { writeAtomically } from '#records/files.js';
import { TrainingRuns } from '#records/training-runs.js';
import type { JudgedPicture } from '#vision/metrics/pictures.js';
import type { StepEvent, TrainingEvent } from '../run/events.js';
import type { Look } from '../run/look.js';
import type { EpochRecord } from '../run/state.js';

const EVERY_MS = 2000;
const MOST_PICTURES = 12;
const MOST_DETECTIONS = 40;
const PICTURE_SIDE = 640;

export interface RunRecorderOptions {
  /** What an earlier sitting has recorded is gone on with. */
  readonly resume: boolean;
  /** Told once where the record cannot be written. */
  readonly fault?: (line: string) => void;
  readonly now?: () => number;
}

/**
 * Keeps `run.json` in a run's folder up to date for whoever looks on. It is no part of the run: what cannot be written is
 * left out, and nothing waits for it but the end.
 */
export class RunRecorder {
  readonly #folder: string;
  readonly #now: () => number;
  #fault: ((line: string) => void) | undefined;
  #record: TrainingRecord | undefined;
  readonly #earlier: Promise<TrainingRecord | undefined>;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  readonly #kept = new Set<string>();
  /** Seconds that earlier sittings took. */
  #before = 0;

  constructor(folder: string, { resume, fault, now = Date.now }: RunRecorderOptions) {
    this.#folder = folder;
    this.#fault = fault;
    this.#now = now;
    const before = new TrainingRuns([folder]);
    this.#earlier = resume ? before.read(basename(folder)) : Promise.resolve(undefined);
  }

  tell(event: TrainingEvent): void {
    if (event.kind === 'started') this.#started(event);
    if (event.kind === 'step') this.#stepped(event);
    if (event.kind === 'rolled-back') this.#change({ rollbacks: (this.#record?.rollbacks ?? 0) + 1 });
    if (event.kind !== 'ended') return;
    const { reason, best } = event;
    const state = reason === 'interrupted' ? 'interrupted' : 'finished';
    this.#change({ state, reason, ...(best && { best: { ...best } }) }, true);
  }

  /** What a look at the held-out pictures saw; a few of them are kept, the same each time. */
  async looked({ pictures, samples }: Look, history: readonly EpochRecord[], threshold: number): Promise<void> {
    const chosen = spread(pictures.length, MOST_PICTURES);
    const kept = await Promise.all(
      chosen.map(async (index) => {
        const file = await this.#keep(samples[index]!, index);
        return file === undefined ? undefined : pictureOf(file, samples[index]!, pictures[index]!, threshold);
      }),
    );
    const looks = history.filter(({ AP }) => AP !== undefined);
    const best = looks.reduce<EpochRecord | undefined>(
      (one, other) => (other.AP! > (one?.AP ?? -1) ? other : one),
      undefined,
    );
    this.#change(
      {
        history: history.map(epochOf),
        threshold,
        pictures: kept.filter((picture) => picture !== undefined),
        ...(best && { best: { epoch: best.epoch, AP: best.AP!, AP50: best.AP50! } }),
      },
      true,
    );
  }

  /** Whoever looks on is told what went wrong. */
  failed(message: string): void {
    this.#change({ state: 'failed', reason: message }, true);
  }

  /** Resolves when the last word is on disk. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #started(event: Extract<TrainingEvent, { kind: 'started' }>): void {
    const { name, architecture, parameters, device, labels, trainPictures, validationPictures } = event;
    const at = this.#now();
    this.#record = {
      ...{ format: 1, name, architecture, parameters, device, labels, state: 'training' },
      ...{ train_pictures: trainPictures, validation_pictures: validationPictures },
      ...{ started_at: at, updated_at: at, history: [], rollbacks: 0, pictures: [] },
    };
    this.#writing = this.#earlier.then((earlier) => {
      if (earlier === undefined || this.#record === undefined) return;
      const { history, best, rollbacks, threshold, pictures } = earlier;
      this.#before = history.at(-1)?.trained_seconds ?? 0;
      const more = {
        history,
        rollbacks,
        pictures,
        ...(best && { best }),
        ...(threshold !== undefined && { threshold }),
      };
      this.#record = { ...this.#record, ...(this.#record.history.length === 0 && more) };
    });
    this.#change({}, true);
  }

  /** An epoch that is over joins the history at once, as its last step told it; the next look brings the exact figures. */
  #stepped(event: StepEvent): void {
    const { now, history = [], started_at = 0 } = this.#record ?? {};
    const isOver = now !== undefined && event.epoch > now.epoch && !history.some(({ epoch }) => epoch === now.epoch);
    const trained_seconds = this.#before + (this.#now() - started_at) / 1000;
    const ended = isOver
      ? [{ epoch: now.epoch, losses: now.losses, rate: now.rate, size: now.size, trained_seconds }]
      : [];
    this.#change({ now: momentOf(event), ...(isOver && { history: [...history, ...ended] }) });
  }

  #change(change: Partial<TrainingRecord>, soon = false): void {
    if (this.#record === undefined) return;
    this.#record = { ...this.#record, ...change, updated_at: this.#now() };
    if (!soon && (this.#isWriting || this.#now() - this.#writtenAt < EVERY_MS)) return;
    this.#writtenAt = this.#now();
    this.#isWriting = true;
    this.#writing = this.#writing.then(() => this.#write()).finally(() => (this.#isWriting = false));
  }

  async #write(): Promise<void> {
    const path = join(this.#folder, TRAINING_RECORD);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, (file) => file.writeFile(JSON.stringify(this.#record)));
    } catch (error) {
      // Nobody's training is to end because nobody can look on.
      this.#fault?.(`the page cannot show this run: ${path}: ${messageOf(error)}`);
      this.#fault = undefined;
    }
  }

  /** Writes a small copy of a picture, once in a sitting. @returns its name, undefined where it cannot be had */
  async #keep({ file }: Sample, index: number): Promise<string | undefined> {
    const stem = basename(file).replace(/\.\w+$/, '');
    const name = `${index}-${stem.replace(/[^\w-]+/g, '-').slice(0, 60)}.jpg`;
    if (this.#kept.has(name)) return name;
    try {
      const jpeg = await thumbnailOf(file, PICTURE_SIDE);
      const path = join(this.#folder, TRAINING_PICTURES, name);
      await mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, (handle) => handle.writeFile(jpeg));
      this.#kept.add(name);
      return name;
    } catch {
      return undefined;
    }
  }
}

function pictureOf(
  file: string,
  { size: { width, height } }: Sample,
  { truths, detections }: JudgedPicture,
  threshold: number,
): TrainingPicture {
  const sure = detections.filter(({ score }) => score >= threshold).sort((a, b) => b.score - a.score);
  const found = sure.slice(0, MOST_DETECTIONS);
  return {
    ...{ file, width, height },
    truths: truths.map(({ classId, box }) => ({ class_id: classId, box: rounded(box) })),
    detections: found.map(({ classId, box, score }) => {
      return { class_id: classId, box: rounded(box), score: Math.round(score * 1000) / 1000 };
    }),
  };
}

function rounded([x1, y1, x2, y2]: Box): Box {
  const tenth = (value: number): number => Math.round(value * 10) / 10;
  return [tenth(x1), tenth(y1), tenth(x2), tenth(y2)];
}

/** Indices evenly over a list. */
function spread(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, n) => Math.floor((n * length) / count));
}

function momentOf(event: StepEvent): TrainingMoment {
  const { epoch, epochs, step, stepsPerEpoch, losses, rate, size, picturesPerSecond, waitShare, progress } = event;
  return {
    ...{ epoch, step, steps_per_epoch: stepsPerEpoch, losses, rate, size, progress },
    ...(epochs !== undefined && { epochs }),
    ...{ pictures_per_second: picturesPerSecond, wait_share: waitShare, memory_mb: event.memoryMb },
    ...(event.secondsLeft !== undefined && { seconds_left: event.secondsLeft }),
  };
}

function epochOf({ trainedSeconds, ...record }: EpochRecord): TrainingEpoch {
  return { ...record, trained_seconds: trainedSeconds };
}
