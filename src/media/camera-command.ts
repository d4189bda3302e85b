import type { Readable } from 'node:stream';
import type { Fit } from '#core/card.js';
import type { InputSizes } from '#core/input-sizes.js';
import { type DecodeCommand, SHIFT_SECONDS } from './decode-command.js';
import { command } from './ffmpeg-child.js';
import { type FfmpegVersion, passThrough } from './ffmpeg-version.js';
import { filters, PACKETS_FD } from './live/live-command.js';
import type { Location } from './location.js';
import type { NetworkOptions } from './network.js';
import { onePerInterval } from './selection.js';
import { sourceInput } from './source-input.js';

export interface CameraCommandOptions extends NetworkOptions {
  /** The model's input. */
  readonly input: InputSizes;
  readonly fit: Fit;
  /** Grey value of the padding, 0..255. */
  readonly padding: number;
  /** Most frames per second of those that come. */
  readonly fps?: number;
  /** Every Nth frame of what is left. */
  readonly every?: number;
  /** Decoder threads; 1 by default. */
  readonly threads?: number;
  /** FFmpeg's name of a hardware decoder interface. */
  readonly hwaccel?: string;
  /** File that keeps all packets, sound too, as NUT; its clock is the source's plus {@link SHIFT_SECONDS}. */
  readonly record?: string;
  /** What is read in place of a connection of ffmpeg's own. */
  readonly stdin?: Readable;
  /** The source's own timestamps mean nothing: the time of arrival is taken, from the first picture on. */
  readonly clockless?: boolean;
  /** FFmpeg's name of the demuxer, where it is known. */
  readonly demuxer?: string;
  readonly version: FfmpegVersion;
}

/** Timestamps are read in microseconds: the source's own time base is not known before it is connected. */
const MICROSECOND = { num: 1, den: 1_000_000 };

/** Copies packets as they are; each leaves ffmpeg at once: one that is killed has lost none. */
const copy = ['-c', 'copy', '-flush_packets', '1'];
const nut = ['-output_ts_offset', String(SHIFT_SECONDS), '-avoid_negative_ts', 'disabled', '-f', 'nut'];

/**
 * One connection, one clock: frames in the model's input on stdout, the head of a NUT file, which says what the source is, and
 * one packet on descriptor {@link PACKETS_FD}, and all packets in a file where they are to be kept.
 */
export function cameraCommand(location: Location, options: CameraCommandOptions): DecodeCommand {
  const { threads = 1, hwaccel, version, record, stdin, clockless, demuxer } = options;
  const format = {
    ...(demuxer !== undefined && { f: demuxer }),
    ...(clockless && { use_wallclock_as_timestamps: '1' }),
  };
  const source = sourceInput(location, version, { ...options, format });
  const built = command()
    .input(source.input)
    .inputOptions('-threads', String(threads), ...source.options, ...(hwaccel ? ['-hwaccel', hwaccel] : []))
    .inputOptions(clockless ? [] : ['-copyts']);
  built
    .output('pipe:1')
    .videoFilters([...selected(options), ...filters({ ...options, fps: undefined })].join(','))
    .outputOptions('-map', '0:v:0', '-an', '-map_metadata', '-1', '-filter_threads', '1', ...passThrough(version))
    .outputOptions('-enc_time_base', '-1', '-c:v', 'rawvideo', '-threads', '1', '-write_index', '0', ...nut);
  built
    .output(`pipe:${PACKETS_FD}`)
    .outputOptions('-map', '0:v:0', '-map_metadata', '-1', '-write_index', '0', '-frames:v', '1', ...copy, ...nut);
  if (record !== undefined) {
    built.output(`file:${record}`).outputOptions('-map', '0:v:0', '-map', '0:a?', '-y', ...copy, ...nut);
  }
  const shift = { ticks: SHIFT_SECONDS * MICROSECOND.den, timeBase: MICROSECOND };
  return { command: built, stdin: stdin ?? source.script, shift };
}

function selected({ fps, every = 1 }: CameraCommandOptions): string[] {
  return [...(fps === undefined ? [] : [onePerInterval(fps, 'start_t')]), ...(every > 1 ? [`framestep=${every}`] : [])];
}
