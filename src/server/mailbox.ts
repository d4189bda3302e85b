import type { ErrorMessage } from '#core/message.js';
import { type Parcel, type ParcelKind, textParcel, type VideoParcel } from './parcel.js';
import { VIDEO_QUEUE_LIMITS, VideoQueue, type VideoQueueLimits } from './video-queue.js';

export interface MailboxOptions {
  readonly video?: VideoQueueLimits;
  /** Told of each loss as it happens. */
  readonly onDropped?: (kind: ParcelKind, count: number) => void;
}

interface Loss {
  observations: number;
  video: number;
  newest: Parcel;
}

/** Answers that may wait; a client that makes us answer and does not read gets no more. */
const MOST_CONTROLS = 64;
const REPORT_EVERY_MS = 250;

/**
 * What waits for one client. Newest wins: of each camera one status, one observation and one picture wait at most, and a
 * bounded queue of video. What was overtaken is counted and reported to the client, camera by camera.
 */
export class Mailbox {
  #control: Parcel[] = [];
  /** In the order in which they are sent. */
  readonly #newest: Readonly<Record<'camera' | 'observation' | 'picture', Map<string, Parcel>>> = {
    camera: new Map(),
    observation: new Map(),
    picture: new Map(),
  };
  #videos = new Map<string, VideoQueue>();
  #losses = new Map<string, Loss>();
  #total = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: MailboxOptions = {}) {}

  put(parcel: Parcel | VideoParcel, now: number): void {
    if (parcel.kind === 'control') {
      if (this.#control.length < MOST_CONTROLS) this.#control.push(parcel);
    } else if ('init' in parcel) {
      this.#lost(parcel, this.#videoOf(parcel.camera).put(parcel, now));
    } else if (parcel.kind !== 'video') {
      const slot = this.#newest[parcel.kind];
      // A replaced status is no loss: each one says everything.
      if (parcel.kind !== 'camera' && slot.has(parcel.camera)) this.#lost(parcel, 1);
      slot.set(parcel.camera, parcel);
    }
  }

  /** The most urgent message: answers, states, observations, pictures, video; cameras take turns. */
  take(now: number): Parcel | undefined {
    const report = this.#report(now);
    if (report !== undefined) return report;
    if (this.#control.length > 0) return this.#control.shift();
    for (const slot of Object.values(this.#newest)) {
      for (const [camera, parcel] of slot) {
        slot.delete(camera);
        return parcel;
      }
    }
    for (const [camera, queue] of this.#videos) {
      const parcel = queue.take();
      if (parcel === undefined) continue;
      this.#videos.delete(camera);
      this.#videos.set(camera, queue);
      return parcel;
    }
    return undefined;
  }

  /** Throws away what waits of a camera, without counting it: the client does not want it any more. */
  forget(camera: string, kinds: readonly ('observation' | 'picture' | 'video')[]): void {
    for (const kind of kinds) {
      if (kind === 'video') this.#videos.delete(camera);
      else this.#newest[kind].delete(camera);
    }
  }

  #videoOf(camera: string): VideoQueue {
    const queue = this.#videos.get(camera) ?? new VideoQueue(this.options.video ?? VIDEO_QUEUE_LIMITS);
    this.#videos.set(camera, queue);
    return queue;
  }

  #lost(newest: Parcel, count: number): void {
    if (count === 0) return;
    const loss = this.#losses.get(newest.camera) ?? { observations: 0, video: 0, newest };
    if (newest.kind === 'observation') loss.observations += count;
    else loss.video += count;
    loss.newest = newest;
    this.#losses.set(newest.camera, loss);
    this.#total += count;
    this.options.onDropped?.(newest.kind, count);
  }

  #report(now: number): Parcel | undefined {
    if (this.#losses.size === 0 || now - this.#reportedAt < REPORT_EVERY_MS) return undefined;
    const [camera, { observations, video, newest }] = this.#losses.entries().next().value as [string, Loss];
    this.#losses.delete(camera);
    if (this.#losses.size === 0) this.#reportedAt = now;
    const message: ErrorMessage = {
      type: 'error',
      code: 'dropped',
      message: `this connection is too slow: ${observations} observations and ${video} video messages were left out`,
      camera,
      epoch: newest.epoch,
      seq: newest.seq,
      pts: newest.pts,
      captured_at: newest.capturedAt,
      dropped: { observations, video, total: this.#total },
    };
    return textParcel('control', message);
  }
}
