import type { FfmpegCommand } from 'fluent-ffmpeg';
import type { Fit } from '#core/card.js';
import type { InputSizes } from '#core/input-sizes.js';
import type { Size } from '#core/size.js';
import { command } from '../ffmpeg-child.js';
import { type FfmpegVersion, passThrough } from '../ffmpeg-version.js';
import type { Location } from '../location.js';
import type { NetworkOptions } from '../network.js';
import { sourceInput } from '../source-input.js';

/** How a live source is read. */
export interface LiveOptions extends NetworkOptions {
  /** The model's input. */
  readonly input: InputSizes;
  readonly fit: Fit;
  /** Grey value of the padding, 0..255. */
  readonly padding: number;
  /** Most frames per second that are decoded for the analysis; all by default. */
  readonly fps?: number | undefined;
  /** FFmpeg's name of a hardware decoder interface: `auto`, `vaapi`, `cuda`, ... */
  readonly hwaccel?: string;
  /** A file is played in real time, again and again. */
  readonly loop?: boolean;
  /** The source's own timestamps mean nothing: the time of arrival is taken. */
  readonly clockless?: boolean;
  /** false: nothing is decoded, there are packets only. */
  readonly analyse?: boolean;
  /** Further options of the demuxer, by name. */
  readonly format?: Readonly<Record<string, string>>;
}

/** Added to all times on the pipes: NUT has none below zero, which pictures decoded before their time may have. */
export const CLOCK_OFFSET_SECONDS = 16;

const offset = ['-output_ts_offset', String(CLOCK_OFFSET_SECONDS), '-avoid_negative_ts', 'disabled'];
/**
 * One thread: with more, the encoder of raw video holds back as many frames as it has threads. A source that changes its shape
 * may change that of the frames: left to itself ffmpeg scales them all to the size of the first.
 */
const rawVideo = ['-autoscale', '0', '-c:v', 'rawvideo', '-threads', '1'];
const nut = [...offset, '-f', 'nut', '-write_index', '0', '-flush_packets', '1'];

/** File descriptors of the child: frames go to the first, packets to the second. */
export const FRAMES_FD = 1;
export const PACKETS_FD = 3;

/** A command and what its child reads from its standard input. */
export interface LiveCommand {
  readonly command: FfmpegCommand;
  readonly script?: string | undefined;
}

/**
 * One connection, two outputs, one clock: the analysis's frames and the untouched packets, both as NUT with the source's
 * own timestamps in its own time base, so that a frame and its packet bear the same number.
 */
export function liveCommand(location: Location, version: FfmpegVersion, options: LiveOptions): LiveCommand {
  const isRtsp = location.scheme.startsWith('rtsp');
  const format = {
    // Its rate need not be known: to find it, ffmpeg would wait for twenty pictures, ten seconds of some second streams.
    ...(isRtsp && { max_delay: '200000', fpsprobesize: '0' }),
    ...options.format,
    ...(options.clockless && { use_wallclock_as_timestamps: '1' }),
  };
  const source = sourceInput(location, version, { ...options, fromZero: true, format });
  const built = command().input(source.input);
  built.inputOptions(
    ...decoderOptions(location, options),
    ...(isRtsp ? ['-fpsprobesize', '0'] : []),
    ...source.options,
  );
  if (options.analyse ?? true) {
    const exact = [...passThrough(version), '-enc_time_base', '-1', '-map_metadata', '-1'];
    built
      .output(`pipe:${FRAMES_FD}`)
      .videoFilters(filters(options).join(','))
      .outputOptions('-map', '0:v:0', '-an', '-filter_threads', '1', ...exact, ...rawVideo, ...nut);
  }
  built
    .output(`pipe:${PACKETS_FD}`)
    .outputOptions('-map', '0:v:0', '-an', '-c:v', 'copy', '-map_metadata', '-1', ...nut);
  return { command: built, script: source.script };
}

function decoderOptions({ remote, device }: Location, { hwaccel, loop }: LiveOptions): string[] {
  const isFile = !remote && !device;
  return [
    ...['-threads', '1', '-fflags', '+discardcorrupt', '-flags', 'low_delay'],
    ...(device ? ['-f', 'v4l2'] : []),
    ...(isFile ? ['-re', ...(loop ? ['-stream_loop', '-1'] : [])] : []),
    ...(hwaccel ? ['-hwaccel', hwaccel] : []),
  ];
}

/**
 * The picture's way into the model's input without knowing its size beforehand, which may also change on the way: the same
 * geometry as `letterbox` of src/vision, as FFmpeg expressions.
 */
export function filters({
  input,
  fit,
  padding,
  fps,
}: Pick<LiveOptions, 'input' | 'fit' | 'padding' | 'fps'>): string[] {
  const grey = `0x${padding.toString(16).padStart(2, '0').repeat(3)}`;
  const shown = 'iw*if(sar\\,sar\\,1)'; // as wide as it is meant to be seen
  const [width, height] = [side(input, 'width', `${shown}/ih`), side(input, 'height', `${shown}/ih`)];
  const ratio = `min(${width}/(${shown})\\,${height}/ih)`;
  const whole = fit === 'letterbox' ? roundHalfToEven : (value: string) => `trunc(${value}+1e-9)`;
  const within = (value: string, limit: string) => `min(${limit}\\,max(1\\,${whole(`(${value})`)}))`;
  const w = fit === 'stretch' ? width : within(`${shown}*${ratio}`, width);
  const h = fit === 'stretch' ? height : within(`ih*${ratio}`, height);
  const [left, top] = fit === 'letterbox' ? ['trunc((ow-iw)/2)', 'trunc((oh-ih)/2)'] : ['0', '0'];
  return [
    ...(fps ? [`select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,${(1 / fps - 0.002).toFixed(6)})`] : []),
    ...('width' in input ? [] : ['setsar=sar:max=100000']),
    `scale=w=${w}:h=${h}:flags=area:eval=init`,
    'format=gbrp',
    // What was scaled still knows the shape of its source: the pixels' own makes up for it, once they have one.
    `pad=${side(input, 'width', 'dar')}:${side(input, 'height', 'dar')}:${left}:${top}:color=${grey}`,
    'shuffleplanes=2:0:1',
    'format=gbrp',
  ];
}

/** A side of the input as an expression of the source's shape: {@link sizeFor}. */
function side(input: InputSizes, of: keyof Size, aspect: string): string {
  if ('width' in input) return String(input[of]);
  const inside = input.slice(0, -1).map(({ size, upTo }) => `if(lte(${aspect}\\,${upTo})\\,${size[of]}\\,`);
  return `${inside.join('')}${input.at(-1)!.size[of]}${')'.repeat(inside.length)}`;
}

function roundHalfToEven(value: string): string {
  const isTie = `eq(${value}-floor(${value})\\,0.5)`;
  return `if(${isTie}\\,2*floor((floor(${value})+1)/2)\\,floor(${value}+0.5))`;
}
