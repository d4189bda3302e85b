import type { Size } from '#core/size.js';

/** What is known of a coded picture when it arrives, for the decoded frame that follows. */
export interface Arrival {
  /** 0-based number of the picture in its connection, in decoding order. */
  readonly seq: number;
  /** Seconds on the source's clock. */
  readonly pts: number;
  /** When it began to arrive, ms since the Unix epoch. */
  readonly capturedAt: number;
  /** The same moment on the process's own clock (`performance.now`), ms. */
  readonly begunAt: number;
  /** When it was here, on that clock: ffmpeg may pass a picture on only when the next one begins. */
  readonly arrivedAt: number;
  /** The picture's size from its own parameter sets, or from the stream's header. */
  readonly size: Size;
  /** A key frame came at or before it: it can be decoded whole. */
  readonly decodable: boolean;
}

/** Pictures on their way through the decoder; more than it ever holds back. */
const MOST_WAITING = 1024;
/** Timestamps that are meant to be equal differ by rounding to microseconds at most. */
const SAME_SECONDS = 2e-6;

/**
 * Joins decoded frames to the packets they come from by their timestamps. A frame may overtake its packet by a moment:
 * both come through pipes of their own.
 */
export class FrameLedger<F> {
  #arrivals: Arrival[] = [];
  #early: { readonly pts: number; readonly frame: F }[] = [];
  readonly #matched: (frame: F, arrival: Arrival) => void;
  readonly #passed: (arrival: Arrival) => void;

  /** @param matched a frame with its packet; @param passed a packet that no frame will come of any more */
  constructor(matched: (frame: F, arrival: Arrival) => void, passed: (arrival: Arrival) => void) {
    this.#matched = matched;
    this.#passed = passed;
  }

  /** A packet has arrived. */
  arrived(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    if (this.#arrivals.length > MOST_WAITING) this.#passed(this.#arrivals.shift()!);
    const early = this.#early.findIndex(({ pts }) => isSame(pts, arrival.pts));
    if (early >= 0) this.#match(this.#early.splice(early, 1)[0]!.frame, arrival);
  }

  /** A frame was decoded. */
  decoded(frame: F, pts: number): void {
    const arrival = this.#arrivals.find((each) => isSame(each.pts, pts));
    if (arrival) this.#match(frame, arrival);
    else this.#early.push({ pts, frame });
  }

  /** Frames whose packets have not come yet, handed back. */
  drain(): F[] {
    return this.#early.splice(0).map(({ frame }) => frame);
  }

  /** Frames come in the order of their times, so what is older than one that came is not decoded any more. */
  #match(frame: F, arrival: Arrival): void {
    const older = this.#arrivals.filter(({ pts }) => pts < arrival.pts && !isSame(pts, arrival.pts));
    this.#arrivals = this.#arrivals.filter(({ pts }) => pts > arrival.pts && !isSame(pts, arrival.pts));
    for (const each of older) this.#passed(each);
    this.#matched(frame, arrival);
  }
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_SECONDS;
}
