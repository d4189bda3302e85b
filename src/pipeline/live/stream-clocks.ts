import { BestDelay } from './best-delay.js';
import type { Arrival } from './frame-ledger.js';

/** Both streams are heard for so long before a frame is placed: the first packets often come late, in a burst. */
const SETTLE_MS = 1000;
/** A frame without a picture of the other stream within this has no place, seconds. */
const MOST_APART = 0.5;
const MOST_PICTURES = 512;

/** What becomes of the frames. */
export interface Placing<F> {
  /** The frame shows the moment of this picture. */
  placed(frame: F, picture: Arrival): void;
  /** The frame has no place among the pictures. */
  passed(frame: F): void;
}

/**
 * Finds for each frame of a camera's second stream the picture of its first that shows the same moment. The streams have
 * clocks of their own, each beginning anywhere, and nothing that ffmpeg passes on ties them together but their arrival here:
 * what nothing held up on the way arrives with the least delay, so the difference of the least delays is that of the clocks.
 * What is left is the difference in time that the camera and the network take for the two streams at their best, and
 * half the interval of the pictures, since a frame belongs to the nearest one.
 */
export class StreamClocks<F> {
  readonly #placing: Placing<F>;
  #pictures: Arrival[] = [];
  #shown = new BestDelay();
  #analysed = new BestDelay();
  #shownFrom: number | undefined;
  #analysedFrom: number | undefined;
  #waiting: { readonly frame: F; readonly pts: number } | undefined;
  #last = -Infinity;

  constructor(placing: Placing<F>) {
    this.#placing = placing;
  }

  /** What the clock of the first stream shows when that of the second shows 0, seconds; undefined until both are known. */
  get offset(): number | undefined {
    const [first, second] = [this.#shownFrom, this.#analysedFrom];
    if (first === undefined || second === undefined) return undefined;
    return (this.#analysed.ms - this.#shown.ms) / 1000;
  }

  /** The first stream is connected anew: another clock. */
  firstConnected(): void {
    this.#pictures = [];
    this.#shown = new BestDelay();
    this.#shownFrom = undefined;
    this.#last = -Infinity;
    this.#pass();
  }

  /** The second stream is connected anew. */
  secondConnected(): void {
    this.#analysed = new BestDelay();
    this.#analysedFrom = undefined;
    this.#pass();
  }

  /** A picture of the first stream arrived. */
  picture(picture: Arrival): void {
    this.#shownFrom ??= picture.arrivedAt;
    this.#shown.arrived(picture.pts, picture.begunAt);
    if (!picture.decodable) return;
    this.#pictures.push(picture);
    if (this.#pictures.length > MOST_PICTURES) this.#pictures.shift();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#place(waiting.frame, waiting.pts, picture.arrivedAt);
  }

  /** A packet of the second stream arrived. */
  packet({ pts, arrivedAt, begunAt }: Pick<Arrival, 'pts' | 'arrivedAt' | 'begunAt'>): void {
    this.#analysedFrom ??= arrivedAt;
    this.#analysed.arrived(pts, begunAt);
  }

  /** A frame of the second stream was decoded. One waits for its picture at most: the newest. */
  frame(frame: F, pts: number, nowMs: number): void {
    this.#pass();
    this.#place(frame, pts, nowMs);
  }

  #place(frame: F, pts: number, nowMs: number): void {
    const { offset } = this;
    const heardFrom = Math.max(this.#shownFrom ?? nowMs, this.#analysedFrom ?? nowMs);
    if (offset === undefined || nowMs - heardFrom < SETTLE_MS) {
      this.#placing.passed(frame);
      return;
    }
    const moment = pts + offset;
    const newest = this.#pictures.at(-1);
    if (newest === undefined || newest.pts < moment) {
      this.#waiting = { frame, pts };
      return;
    }
    const nearest = this.#pictures.reduce((best, each) =>
      Math.abs(each.pts - moment) < Math.abs(best.pts - moment) ? each : best,
    );
    if (Math.abs(nearest.pts - moment) > MOST_APART || nearest.pts <= this.#last) this.#placing.passed(frame);
    else {
      this.#last = nearest.pts;
      this.#placing.placed(frame, nearest);
    }
  }

  #pass(): void {
    if (this.#waiting) this.#placing.passed(this.#waiting.frame);
    this.#waiting = undefined;
  }
}
