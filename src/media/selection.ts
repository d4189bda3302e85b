import type { VideoFacts } from './probe.js';
import { frameRate, type Rational, ratioOf } from './rational.js';
import { parseTime } from './time-code.js';

/** Which frames of a video are wanted. */
export interface SelectionOptions {
  /** Resample to this rate: frames are dropped or repeated, timestamps lie on its grid. */
  readonly fps?: number;
  /** Of what is left, every Nth frame, beginning with the first. */
  readonly every?: number;
  /** From the video's first timestamp on: seconds or `hh:mm:ss`. Inclusive. */
  readonly start?: string | number;
  /** As `start`; exclusive. */
  readonly end?: string | number;
  /** Goes on where an earlier run over the same selection stopped: the first frame delivered is the one of this `pts`. */
  readonly resume?: { readonly pts: number; readonly seq: number };
}

/** A selection as filters, and the clock that its frames' timestamps count. */
export interface SelectionFilters {
  readonly filters: readonly string[];
  readonly timeBase: Rational;
}

/** Timestamps count a grid of whole microseconds apart at most: half of one tells neighbours apart. */
const HALF_MICROSECOND = 0.5e-6;

/**
 * FFmpeg filters of a selection. With `seeked`, decoding begins at a key frame shortly before `resume`, so that counting
 * (every Nth) begins at the resumed frame, which is itself a wanted one.
 */
export function selectionFilters(facts: VideoFacts, options: SelectionOptions, seeked: boolean): SelectionFilters {
  const { every = 1, start, end, resume } = options;
  const rate = options.fps === undefined ? undefined : frameRate(options.fps);
  const timeBase = rate ? { num: rate.den, den: rate.num } : facts.timeBase;
  const bounds = [bound('start_pts', start, facts), bound('end_pts', end, facts)].filter((text) => text !== undefined);
  const resumed = resume ? [`trim=start_pts=${firstTick(resume.pts, timeBase)}`] : [];
  const counted = every > 1 ? [`framestep=${every}`] : [];
  return {
    filters: [
      ...(bounds.length > 0 ? [`trim=${bounds.join(':')}`] : []),
      ...(rate ? [`fps=${rate.num}/${rate.den}`] : []),
      ...(seeked ? [...resumed, ...counted] : [...counted, ...resumed]),
    ],
    timeBase,
  };
}

/** How many frames a selection should give; undefined where the video's own count is unknown. */
export function expectedFrames(
  facts: VideoFacts,
  { fps, every = 1, start, end }: SelectionOptions,
): number | undefined {
  if (facts.frames === undefined) return undefined;
  const rate = facts.fps ? ratioOf(facts.fps) : undefined;
  const whole = facts.duration ?? (rate ? facts.frames / rate : undefined);
  if (whole === undefined) return Math.ceil(facts.frames / every);
  const from = start === undefined ? 0 : Math.min(parseTime(start), whole);
  const until = end === undefined ? whole : Math.min(parseTime(end), whole);
  const share = Math.max(0, until - from) / whole;
  const frames = fps === undefined ? facts.frames * share : whole * share * fps;
  return Math.ceil(Math.round(frames) / every);
}

function bound(name: string, time: string | number | undefined, facts: VideoFacts): string | undefined {
  if (time === undefined) return undefined;
  const origin = ((facts.startTicks ?? 0) * facts.timeBase.num) / facts.timeBase.den;
  return `${name}=${firstTick(origin + parseTime(time), facts.timeBase)}`;
}

/** The first tick at or after a time that was rounded to microseconds. */
function firstTick(seconds: number, { num, den }: Rational): number {
  return Math.ceil(((seconds - HALF_MICROSECOND) * den) / num);
}
