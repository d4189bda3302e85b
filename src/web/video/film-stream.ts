import type { VideoPiece } from '#core/video.js';
import { steer } from '../playout/steering.js';
import { Timeline } from '../playout/timeline.js';
import { trimEnd } from '../playout/trimming.js';
import { AppendQueue } from './append-queue.js';
import { mediaSourceClass, type Picture, pictureOf } from './film.js';

export interface FilmStreamEvents {
  /** A frame is on the screen's way; whoever takes it closes it. */
  picture(picture: Picture, mediaTime: number): void;
  /** It cannot go on: a new start is needed. */
  failed(reason: string): void;
}

/**
 * One stream of fragmented MP4, from its init segment to the next one: a video element of its own, so that no frame of
 * another stream can ever be taken for one of this.
 */
export class FilmStream {
  readonly video = document.createElement('video');
  readonly timeline = new Timeline();
  readonly #source = new (mediaSourceClass()!)();
  readonly #keyframes: number[] = [];
  readonly #url: string;
  #queue: AppendQueue | undefined;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #closed = false;
  #firstMediaTime: number | undefined;

  constructor(
    readonly init: VideoPiece,
    mime: string,
    private readonly events: FilmStreamEvents,
  ) {
    const { video } = this;
    video.muted = true;
    video.playsInline = true;
    video.disableRemotePlayback = true;
    video.setAttribute('aria-hidden', 'true');
    video.tabIndex = -1;
    video.addEventListener('error', () => this.#fail(video.error?.message || 'the video cannot be decoded'));
    this.#source.addEventListener('sourceopen', () => this.#opened(mime), { once: true });
    this.#url = URL.createObjectURL(this.#source);
    video.src = this.#url;
    this.#waiting.push(bytesOf(init));
    this.#watch();
  }

  /** Media time of the first frame, seconds. */
  get firstMediaTime(): number | undefined {
    return this.#firstMediaTime;
  }

  push(piece: VideoPiece): void {
    this.timeline.add(piece);
    this.#firstMediaTime = Math.min(this.#firstMediaTime ?? piece.mediaTime, piece.mediaTime);
    if (piece.keyframe) this.#keyframes.push(piece.mediaTime);
    if (this.#queue) this.#queue.append(bytesOf(piece));
    else this.#waiting.push(bytesOf(piece));
  }

  /** Brings the playhead to a media time. */
  steer(targetTime: number): void {
    const { video } = this;
    const { buffered } = video;
    if (this.#closed || buffered.length === 0) return;
    const last = buffered.length - 1;
    // The buffer reaches beyond its last picture by the duration that this one claims.
    const bufferedEnd = Math.min(buffered.end(last), this.timeline.newest ?? 0);
    const range = { bufferedStart: buffered.start(last), bufferedEnd };
    const { currentTime, playbackRate: rate } = video;
    const steering = steer({ currentTime, targetTime, rate, ...range });
    if (steering.seekTo !== undefined && !video.seeking) video.currentTime = steering.seekTo;
    if (steering.rate !== rate) video.playbackRate = steering.rate;
    if (steering.hold) video.pause();
    else if (video.paused) void video.play().catch((error: unknown) => this.#notPlaying(error));
    this.#trim(buffered.start(0));
  }

  close(): void {
    this.#closed = true;
    this.video.removeAttribute('src');
    this.video.load();
    this.video.remove();
    URL.revokeObjectURL(this.#url);
  }

  #opened(mime: string): void {
    if (this.#closed) return;
    try {
      const buffer = this.#source.addSourceBuffer(mime);
      this.#source.duration = Number.POSITIVE_INFINITY;
      buffer.addEventListener('error', () => this.#fail('the video segment is damaged'));
      this.#queue = new AppendQueue(buffer, {
        room: () => trimEnd(this.#keyframes, { bufferedStart: 0, currentTime: this.video.currentTime }, 0),
        failed: (error) => this.#fail(String(error)),
      });
      for (const data of this.#waiting.splice(0)) this.#queue.append(data);
    } catch (error) {
      this.#fail(String(error));
    }
  }

  #watch(): void {
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.#closed) return;
      this.#watch();
      const picture = pictureOf(this.video, mediaTime, this.timeline);
      if (picture) this.events.picture(picture, mediaTime);
    });
  }

  /** Some browsers play nothing without a touch, to save power. Other refusals pass by themselves. */
  #notPlaying(error: unknown): void {
    if (error instanceof DOMException && error.name === 'NotAllowedError')
      this.#fail('the browser does not play videos');
  }

  #trim(bufferedStart: number): void {
    const end = trimEnd(this.#keyframes, { bufferedStart, currentTime: this.video.currentTime });
    if (end === undefined) return;
    this.#keyframes.splice(0, this.#keyframes.indexOf(end));
    this.#queue?.removeTo(end);
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.events.failed(reason);
  }
}

/** Our pieces come out of WebSocket messages, which are plain buffers. */
function bytesOf({ data }: VideoPiece): Uint8Array<ArrayBuffer> {
  return data as Uint8Array<ArrayBuffer>;
}
