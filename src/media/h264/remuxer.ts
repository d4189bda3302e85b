import type { Size } from '#core/size.js';
import { initSegment, mediaSegment, mimeType, TIMESCALE, type Turn } from './fmp4.js';
import { Nal, nalType, nalUnits } from './nal.js';
import { ParameterSets } from './parameter-sets.js';
import { parseSps } from './sps.js';

/** A coded picture as a demuxer gives it. */
export interface Packet {
  /** H.264 byte stream (annex B). */
  readonly data: Uint8Array;
  /** Presentation time, seconds. */
  readonly pts: number;
  readonly keyframe: boolean;
}

/** A piece of the fragmented MP4. */
export interface Mp4Piece {
  readonly kind: 'init' | 'media';
  readonly data: Uint8Array;
  readonly keyframe: boolean;
  /** Presentation time of the picture on the stream's clock, seconds; of the picture to come for `init`. */
  readonly pts: number;
  /** The same moment on the MP4's clock, seconds: `mediaTime - pts` is one constant for the life of a remuxer. */
  readonly mediaTime: number;
  /** With `init`. */
  readonly mime?: string;
  /** With `init`: as coded, before it is turned. */
  readonly size?: Size;
}

/** Media time of the first picture: room for pictures that are shown before the first one in decoding order. */
const LEAD_SECONDS = 1;

/**
 * What each picture says of its duration, ticks; the next picture ends it earlier. Browsers throw all pictures away up to the
 * next key frame where two are further apart than twice this (Media Source Extensions, "coded frame processing", step 6):
 * cameras of changing rates and networks that stand still for a moment must not meet that.
 */
const DURATION = 2 * TIMESCALE;

/**
 * H.264 packets to fragmented MP4 without touching the picture: one fragment per picture, and an initialisation segment
 * before the first key frame and wherever the parameter sets change. Packets before the first key frame are dropped.
 * Decoding times are recovered from the presentation times: the smallest of the last `reorder + 1`.
 */
export class H264Remuxer {
  readonly #reorder: number;
  readonly #turn: Turn;
  readonly #recent: number[] = [];
  readonly #sets = new ParameterSets();
  #base: number | undefined;
  #lastDecodeTime = -1;
  #step = TIMESCALE / 25;
  #sequence = 0;

  /**
   * @param reorder pictures that may be decoded before one that is shown earlier; 0 without B frames
   * @param turn clockwise degrees by which players are to turn the picture
   */
  constructor(reorder = 0, turn: Turn = 0) {
    this.#reorder = reorder;
    this.#turn = turn;
  }

  /** @throws RangeError when a sequence parameter set is damaged */
  push({ data, pts, keyframe }: Packet): Mp4Piece[] {
    const units = nalUnits(data);
    const pieces: Mp4Piece[] = [];
    const changed = this.#sets.take(units);
    if (!this.#sets.complete || (this.#base === undefined && !keyframe)) return [];
    this.#base ??= pts - LEAD_SECONDS;
    const mediaTime = pts - this.#base;
    if (changed || this.#sequence === 0) {
      const spsUnit = this.#sets.sps!;
      const sps = parseSps(spsUnit);
      const init = initSegment({ sps, spsUnit, ppsUnits: this.#sets.pps, turn: this.#turn });
      pieces.push({ kind: 'init', data: init, keyframe: true, pts, mediaTime, mime: mimeType(sps), size: sps.size });
    }
    const pictures = units.filter((unit) => ![Nal.sps, Nal.pps, Nal.delimiter].includes(nalType(unit) as 7));
    if (pictures.length === 0) return pieces;
    pieces.push({ kind: 'media', data: this.#fragment(pictures, mediaTime, keyframe), keyframe, pts, mediaTime });
    return pieces;
  }

  #fragment(units: readonly Uint8Array[], mediaTime: number, keyframe: boolean): Uint8Array {
    const shown = Math.round(mediaTime * TIMESCALE);
    const decodeTime = Math.max(this.#decodeTime(shown), this.#lastDecodeTime + 1);
    const step = decodeTime - this.#lastDecodeTime;
    if (this.#lastDecodeTime >= 0 && step < 10 * TIMESCALE) this.#step = step;
    this.#lastDecodeTime = decodeTime;
    this.#sequence += 1;
    const sample = { units, decodeTime, compositionOffset: shown - decodeTime, duration: DURATION, keyframe };
    return mediaSegment(this.#sequence, sample);
  }

  #decodeTime(shown: number): number {
    if (this.#reorder === 0) return shown;
    const recent = this.#recent;
    if (recent.length === 0) {
      for (let index = this.#reorder; index > 0; index -= 1) recent.push(shown - index * this.#step);
    }
    recent.push(shown);
    recent.sort((a, b) => a - b);
    return recent.shift()!;
  }
}
