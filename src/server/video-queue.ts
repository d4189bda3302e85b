import type { Parcel, VideoParcel } from './parcel.js';

/** When a video queue gives up what it holds. */
export interface VideoQueueLimits {
  readonly bytes: number;
  /** Of the oldest piece. */
  readonly ageMs: number;
}

export const VIDEO_QUEUE_LIMITS: VideoQueueLimits = { bytes: 16 * 1024 * 1024, ageMs: 2000 };

/**
 * One camera's video on its way to one client. It starts at a key frame, behind its init segment. When the client is too
 * slow, everything that waits is given up and it starts again at the next key frame: never a picture that cannot be decoded.
 */
export class VideoQueue {
  #waiting: { readonly parcel: Parcel; readonly at: number }[] = [];
  #bytes = 0;
  #running = false;
  /** Pieces before a late joiner's first key frame are no loss. */
  #started = false;
  /** The init segment that the client has got, or that waits for it. */
  #init: Parcel | undefined;

  constructor(private readonly limits: VideoQueueLimits) {}

  get length(): number {
    return this.#waiting.length;
  }

  /** Takes a piece; returns the number of pieces that were given up for it, itself included. */
  put(parcel: VideoParcel, now: number): number {
    let dropped = 0;
    const stale = this.#waiting.length > 0 && now - this.#waiting[0]!.at > this.limits.ageMs;
    if (stale || this.#bytes + parcel.bytes.length > this.limits.bytes) dropped = this.#giveUp();
    if (this.#running && this.#init !== parcel.init) this.#running = false;
    if (!this.#running && !parcel.keyframe) return dropped + (this.#started ? 1 : 0);
    if (this.#init !== parcel.init) this.#push(parcel.init, now);
    this.#init = parcel.init;
    this.#running = true;
    this.#started = true;
    this.#push(parcel, now);
    return dropped;
  }

  take(): Parcel | undefined {
    const next = this.#waiting.shift()?.parcel;
    this.#bytes -= next?.bytes.length ?? 0;
    return next;
  }

  #push(parcel: Parcel, at: number): void {
    this.#waiting.push({ parcel, at });
    this.#bytes += parcel.bytes.length;
  }

  #giveUp(): number {
    if (this.#waiting.some(({ parcel }) => parcel === this.#init)) this.#init = undefined;
    const dropped = this.#waiting.filter(({ parcel }) => 'init' in parcel).length;
    this.#waiting = [];
    this.#bytes = 0;
    this.#running = false;
    return dropped;
  }
}
