import { Lateness } from './lateness.js';

/**
 * exact: only analysed frames are shown, each with its own boxes; smooth: all frames, boxes between two analysed ones are
 * estimated and marked; fast: all frames as early as possible, older boxes are marked.
 */
export type Pace = 'exact' | 'smooth' | 'fast';
/** `auto` chooses by the rate of the analysis. */
export type PaceChoice = Pace | 'auto';

/** Median time between analysed frames, s, up to which showing these alone is still a moving picture; and beyond which not. */
const MOVING_SECONDS = 1 / 5;
const JERKY_SECONDS = 1 / 4;
/** An estimate waits for the next observation: not longer than this behind the picture, ms. */
const PATIENCE_MS = 1500;
/** A camera that sets its clock; what was known of it before is void. */
const JUMP_SECONDS = 3;
/** For decoding, and until the next refresh of the screen. */
const MARGIN_MS = 40;
/** Part of the frames, and of their boxes, that is to be there in time. The others are waited for, which costs smoothness only. */
const IN_TIME = 0.95;

/** Learns from what arrives how far behind the live edge the picture has to be, so that its boxes are there in time. */
export class PaceKeeper {
  choice: PaceChoice = 'auto';
  readonly #video = new Lateness();
  readonly #own = new Lateness();
  readonly #next = new Lateness();
  readonly #intervals: number[] = [];
  #previous: number | undefined;
  #newest: number | undefined;
  #pace: Pace = 'exact';

  /** A frame arrived. @param at ms; @param mediaTime seconds */
  filmed(at: number, mediaTime: number): void {
    if (Math.abs(mediaTime - (this.#newest ?? mediaTime)) > JUMP_SECONDS) this.restart();
    this.#newest = mediaTime;
    this.#video.add(at, mediaTime);
  }

  /** A frame and its observation are both there. */
  observed(at: number, mediaTime: number): void {
    this.#own.add(at, mediaTime);
    const previous = this.#previous;
    this.#previous = mediaTime;
    if (previous === undefined || mediaTime <= previous) return;
    this.#next.add(at, previous);
    this.#intervals.push(mediaTime - previous);
    if (this.#intervals.length > 50) this.#intervals.shift();
    if (this.choice === 'auto') this.#pace = this.#automatic();
  }

  get pace(): Pace {
    return this.choice === 'auto' ? this.#pace : this.choice;
  }

  /** Median time between analysed frames, seconds; undefined before the second one. */
  get interval(): number | undefined {
    return this.#intervals.toSorted((a, b) => a - b)[this.#intervals.length >> 1];
  }

  /** Where the playhead should be at a time, seconds of media time; undefined before the first frame. */
  target(now: number): number | undefined {
    const film = this.#video.quantile(IN_TIME);
    if (film === undefined) return undefined;
    const boxes = this.#boxes(film);
    const lateness = Math.max(film, Math.min(boxes ?? film, film + 2 * PATIENCE_MS));
    return (now - lateness - MARGIN_MS) / 1000;
  }

  /** How far the picture is held back for the boxes' sake, ms. */
  get heldBackMs(): number {
    const film = this.#video.quantile(IN_TIME);
    const boxes = this.#boxes(film);
    return film === undefined || boxes === undefined ? 0 : Math.max(0, boxes - film);
  }

  /** Another stream, another clock. What is known of the analysis rate stays. */
  restart(): void {
    for (const lateness of [this.#video, this.#own, this.#next]) lateness.clear();
    this.#previous = undefined;
    this.#newest = undefined;
  }

  /** How late the boxes are that the pace waits for. */
  #boxes(film: number | undefined): number | undefined {
    if (this.pace === 'fast') return film;
    return (this.pace === 'exact' ? this.#own : this.#next).quantile(IN_TIME);
  }

  #automatic(): Pace {
    const interval = this.interval!;
    if (interval <= (this.#pace === 'exact' ? JERKY_SECONDS : MOVING_SECONDS)) return 'exact';
    const film = this.#video.quantile(IN_TIME) ?? 0;
    const wait = (this.#next.quantile(IN_TIME) ?? 0) - film;
    return wait <= PATIENCE_MS * (this.#pace === 'fast' ? 0.8 : 1) ? 'smooth' : 'fast';
  }
}
