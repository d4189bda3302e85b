import type { Readable } from 'node:stream';
import type { FfmpegCommand } from 'fluent-ffmpeg';
import { command } from './ffmpeg-child.js';
import { type FfmpegVersion, passThrough } from './ffmpeg-version.js';
import type { NetworkOptions } from './network.js';
import type { VideoFacts } from './probe.js';
import type { Rational } from './rational.js';
import { type SourceInput, sourceInput } from './source-input.js';

export interface DecodeCommandOptions {
  /** What happens to the frames; the last one fixes the pixel format. */
  readonly filters: readonly string[];
  readonly network: NetworkOptions;
  /** Decoder threads, 0: as many as ffmpeg likes. */
  readonly threads: number;
  /** FFmpeg's name of a hardware decoder interface: `auto`, `vaapi`, `cuda`, ... */
  readonly hwaccel?: string;
  readonly version: FfmpegVersion;
  /** Key frame to begin at, seconds on the source's clock. */
  readonly seekTo?: number;
  /** A copy of the packets that come over the same connection. */
  readonly record?: Recording;
}

/** Where packets are kept as they come: a NUT file, whose clock is the source's plus {@link SHIFT_SECONDS}. */
export interface Recording {
  readonly path: string;
  /** Seconds on the source's clock; absent: as long as frames are read. */
  readonly until?: number;
}

/** A command that writes a video's frames to stdout, and how to read the timestamps that it writes. */
export interface DecodeCommand {
  readonly command: FfmpegCommand;
  /** For the child's standard input. */
  readonly stdin?: string | Readable | undefined;
  /** Added to every timestamp, since NUT has none below zero: ticks of `timeBase`. */
  readonly shift: { readonly ticks: number; readonly timeBase: Rational };
}

/** Room for streams that begin before zero, seconds. */
export const SHIFT_SECONDS = 2 ** 16;

/** FFmpeg measures the length of copied packets from another zero: a recording is longer than asked, and cut when it is read. */
const SPARE_SECONDS = 1;

/** Source -> decoder -> filters -> raw frames in NUT with exact timestamps on stdout. */
export function decodeCommand(facts: VideoFacts, options: DecodeCommandOptions): DecodeCommand {
  const { timeBase } = facts;
  const ticks = Math.ceil((SHIFT_SECONDS * timeBase.den) / timeBase.num);
  const chain = [...clock(facts), ...options.filters, `setpts=PTS+${ticks}`];
  const source = sourceInput(facts.location, options.version, options.network);
  const built = command()
    .input(source.input)
    .inputOptions(...inputOptions(source, options))
    .videoFilters(chain.join(','))
    .outputOptions(...outputOptions(facts, options.version))
    .output('pipe:1');
  if (options.record)
    built.output(`file:${options.record.path}`).outputOptions(...recordOptions(facts, options.record));
  return { command: built, stdin: source.script, shift: { ticks, timeBase } };
}

function inputOptions(source: SourceInput, { threads, hwaccel, seekTo }: DecodeCommandOptions): string[] {
  return [
    '-threads',
    String(threads),
    ...source.options,
    ...(hwaccel ? ['-hwaccel', hwaccel] : []),
    ...(seekTo === undefined ? [] : ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', seekTo.toFixed(6)]),
    '-copyts',
  ];
}

function outputOptions({ stream, timeBase }: VideoFacts, version: FfmpegVersion): string[] {
  return [
    ...['-map', `0:${stream}`, '-an', '-sn', '-dn', '-map_metadata', '-1'],
    ...['-filter_threads', '1', ...passThrough(version), '-enc_time_base', `${timeBase.num}/${timeBase.den}`],
    ...[
      '-c:v',
      'rawvideo',
      '-threads',
      '1',
      '-f',
      'nut',
      '-write_index',
      '0',
      '-avoid_negative_ts',
      'disabled',
      '-avioflags',
      'direct',
    ],
  ];
}

function recordOptions({ stream }: VideoFacts, { until }: Recording): string[] {
  return [
    ...['-map', `0:${stream}`, '-map', '0:a?', '-c', 'copy', '-output_ts_offset', String(SHIFT_SECONDS)],
    ...[
      '-avoid_negative_ts',
      'disabled',
      ...(until === undefined ? [] : ['-t', (until + SPARE_SECONDS).toFixed(6)]),
      '-f',
      'nut',
      '-y',
    ],
  ];
}

/** Formats without timestamps (raw Annex B) count frames at their nominal rate. */
function clock({ startTicks, baseFps, fps, location }: VideoFacts): string[] {
  const rate = baseFps ?? fps;
  if (startTicks !== undefined || !rate || location.live) return [];
  return [`setpts=N*${rate.den}/(${rate.num}*TB)`];
}
