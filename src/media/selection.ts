import { parseTime } from '#core/time-code.js';
import type { VideoFacts } from './probe.js';
import { type Rational, ratioOf } from './rational.js';

/** Which frames of a video are wanted. */
export interface SelectionOptions {
  /** At most so many frames per second: the first one in each interval, with its own timestamp. None is ever repeated. */
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

/** Times that are compared were rounded to microseconds. */
const HALF_MICROSECOND = 0.5e-6;

/**
 * FFmpeg filters of a selection. With `seeked`, decoding begins at a key frame shortly before `resume`, so that counting
 * (every Nth, one per interval) begins at the resumed frame, which is itself a wanted one.
 */
export function selectionFilters(facts: VideoFacts, options: SelectionOptions, seeked: boolean): string[] {
  const { every = 1, fps, start, end, resume } = options;
  const origin = originOf(facts);
  const from = origin + (start === undefined ? 0 : parseTime(start));
  const bounds = [
    ...(start === undefined ? [] : [`start_pts=${firstTick(from, facts.timeBase)}`]),
    ...(end === undefined ? [] : [`end_pts=${firstTick(endOf(facts, end), facts.timeBase)}`]),
  ];
  const resumed = resume ? [`trim=start_pts=${firstTick(resume.pts, facts.timeBase)}`] : [];
  const counted = [
    ...(fps === undefined ? [] : [onePerInterval(fps, from)]),
    ...(every > 1 ? [`framestep=${every}`] : []),
  ];
  return [
    ...(bounds.length > 0 ? [`trim=${bounds.join(':')}`] : []),
    ...(seeked ? [...resumed, ...counted] : [...counted, ...resumed]),
  ];
}

/** The video's first timestamp, seconds on the source's clock. */
function originOf({ startTicks = 0, timeBase }: VideoFacts): number {
  return (startTicks * timeBase.num) / timeBase.den;
}

/** Where a selection ends, seconds on the source's clock. */
export function endOf(facts: VideoFacts, end: string | number): number {
  return originOf(facts) + parseTime(end);
}

/** FFmpeg's filter of the first frame in each interval of 1/fps s, counted from `origin`: seconds, or a constant of `select`. */
export function onePerInterval(fps: number, origin: number | 'start_t'): string {
  const interval = (time: string) => `floor((${time}-${origin})*${fps}+1e-5)`;
  return `select='isnan(prev_selected_t)+gt(${interval('t')},${interval('prev_selected_t')})'`;
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
  const frames = share * (fps === undefined ? facts.frames : Math.min(facts.frames, whole * fps));
  return Math.ceil(Math.round(frames) / every);
}

/** The first tick at or after a time that was rounded to microseconds. */
function firstTick(seconds: number, { num, den }: Rational): number {
  return Math.ceil(((seconds - HALF_MICROSECOND) * den) / num);
}
