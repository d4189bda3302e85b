/** What identifies the picture that is on the screen. */
export interface FrameStamp {
  readonly epoch: number;
  /** Seconds, on the clock of the observations. */
  readonly pts: number;
  /** ms since the Unix epoch, on the server's clock. */
  readonly capturedAt: number;
}

/** Where a piece of video lies on both clocks: the part of a `VideoPiece` that a timeline needs. */
export interface TimedPiece {
  readonly epoch: number;
  readonly pts: number;
  readonly capturedAt: number;
  /** Seconds, on the clock of the video element. */
  readonly mediaTime: number;
}

/** Media times are multiples of 1/90000 s here and of 1 microsecond there. */
const ROUNDING_SECONDS = 0.0005;
const MOST_PIECES = 2000;

/** Joins the clock of the video element with the clock of the observations, for one stream of one epoch. */
export class Timeline {
  /** By media time. */
  readonly #pieces: TimedPiece[] = [];

  /** Pieces come in decoding order, so with B frames not in the order of their media times. */
  add({ epoch, pts, capturedAt, mediaTime }: TimedPiece): void {
    const pieces = this.#pieces;
    let at = pieces.length;
    while (at > 0 && pieces[at - 1]!.mediaTime > mediaTime) at -= 1;
    pieces.splice(at, 0, { epoch, pts, capturedAt, mediaTime });
    if (pieces.length > MOST_PIECES) pieces.splice(0, MOST_PIECES / 4);
  }

  /**
   * The frame with a media time: `pts = t - mediaTime + pts` of the piece that holds it, the last one that begins at or
   * before it. Undefined before the first piece.
   */
  at(mediaTime: number): FrameStamp | undefined {
    const piece = this.#pieces.findLast((candidate) => candidate.mediaTime <= mediaTime + ROUNDING_SECONDS);
    if (piece === undefined) return undefined;
    const later = mediaTime - piece.mediaTime;
    return { epoch: piece.epoch, pts: piece.pts + later, capturedAt: piece.capturedAt + later * 1000 };
  }

  /** Media time of the last frame that has arrived; undefined before the first one. */
  get newest(): number | undefined {
    return this.#pieces.at(-1)?.mediaTime;
  }

  /** Whether a frame with this media time has arrived. */
  reaches(mediaTime: number): boolean {
    const last = this.#pieces.at(-1);
    return last !== undefined && last.mediaTime >= mediaTime - ROUNDING_SECONDS;
  }

  /** The media time of a moment on the clock of the observations; undefined where no piece is near. */
  mediaTimeOf(pts: number): number | undefined {
    const nearest = this.#pieces.findLast((candidate) => candidate.pts <= pts + ROUNDING_SECONDS) ?? this.#pieces[0];
    return nearest === undefined ? undefined : nearest.mediaTime + pts - nearest.pts;
  }
}
