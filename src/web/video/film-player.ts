import type { VideoPiece } from '#core/video.js';
import { type Boxes, chooseBoxes } from '../playout/choice.js';
import type { ObservationLog } from '../playout/observation-log.js';
import type { PaceKeeper } from '../playout/pace.js';
import type { Picture } from './film.js';
import { FilmStream } from './film-stream.js';

export interface FilmPlayerOptions {
  readonly log: ObservationLog;
  readonly pace: PaceKeeper;
  /** Where video elements live, unseen behind what is painted. */
  readonly stage: HTMLElement;
  /** The server's clock, ms since the Unix epoch; undefined before it is known. */
  serverTime(): number | undefined;
  paint(picture: Picture, boxes: Boxes): void;
  /** A frame will never be shown. */
  skipped(): void;
  failed(reason: string): void;
}

/** Pictures that wait for their observation. Decoders have few to give away. */
const MOST_HELD = 3;

/** Plays a camera's fragmented MP4 at the live edge and joins each frame with its observation. */
export class FilmPlayer {
  #stream: FilmStream | undefined;
  #held: Picture[] = [];
  /** Media time of the first frame that is not the past for late joiners. */
  #liveFrom: number | undefined;
  readonly #joinedAt: number;
  #lastPts: number | undefined;

  constructor(private readonly options: FilmPlayerOptions) {
    this.#joinedAt = options.serverTime() ?? Number.NEGATIVE_INFINITY;
  }

  push(piece: VideoPiece): void {
    if (piece.kind === 'init') this.#begin(piece);
    else if (piece.kind === 'media' && this.#stream !== undefined) this.#add(piece, this.#stream);
  }

  /** An observation came, and is in the log. */
  observed(epoch: number, pts: number): void {
    const stream = this.#stream;
    if (stream === undefined || stream.init.epoch !== epoch) return;
    const mediaTime = stream.timeline.mediaTimeOf(pts);
    const isThere = mediaTime !== undefined && stream.timeline.reaches(mediaTime);
    if (isThere && mediaTime >= (this.#liveFrom ?? Number.POSITIVE_INFINITY)) {
      this.options.pace.observed(performance.now(), mediaTime);
    }
    this.#settle();
  }

  /** Keeps the playhead where it should be; to be called a few times a second. */
  steer(): void {
    const target = this.options.pace.target(performance.now());
    if (target !== undefined) this.#stream?.steer(target);
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#release();
  }

  #begin(init: VideoPiece): void {
    const present = this.#stream?.init;
    if (present?.epoch === init.epoch && sameBytes(present.data, init.data)) return;
    this.close();
    const mime = init.metadata?.mime ?? 'video/mp4';
    this.#liveFrom = undefined;
    this.#lastPts = undefined;
    this.options.pace.restart();
    const stream = new FilmStream(init, mime, {
      picture: (picture) => this.#shown(picture),
      failed: (reason) => this.options.failed(reason),
    });
    this.#stream = stream;
    this.options.stage.prepend(stream.video);
  }

  #add(piece: VideoPiece, stream: FilmStream): void {
    stream.push(piece);
    if (piece.capturedAt < this.#joinedAt) return;
    this.#liveFrom ??= piece.mediaTime;
    const now = performance.now();
    this.options.pace.filmed(now, piece.mediaTime);
    // The other way round: the observation was faster than its picture.
    if (this.options.log.at(piece.epoch, piece.pts)) this.options.pace.observed(now, piece.mediaTime);
    this.steer();
  }

  #shown(picture: Picture): void {
    // A jump of the playhead may bring the same picture again, which is no sign of life.
    if (picture.stamp.pts === this.#lastPts) {
      picture.close();
      return;
    }
    this.#lastPts = picture.stamp.pts;
    this.#held.push(picture);
    this.#settle();
    while (this.#held.length > MOST_HELD) this.#drop();
  }

  /** Shows what can be shown, in order. */
  #settle(): void {
    for (let picture = this.#held[0]; picture !== undefined; picture = this.#held[0]) {
      const mediaTime = this.#stream?.timeline.mediaTimeOf(picture.stamp.pts) ?? 0;
      const shownFor = mediaTime - (this.#liveFrom ?? mediaTime);
      const choice = chooseBoxes(this.options.log, picture.stamp, this.options.pace.pace, shownFor);
      if (choice === 'wait') return;
      if (choice === 'skip') {
        this.#drop();
        continue;
      }
      this.#held.shift();
      this.options.paint(picture, choice);
      picture.close();
    }
  }

  #drop(): void {
    this.#held.shift()?.close();
    this.options.skipped();
  }

  #release(): void {
    for (const picture of this.#held.splice(0)) picture.close();
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
