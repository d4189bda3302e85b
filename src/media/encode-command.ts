import type { FfmpegCommand } from 'fluent-ffmpeg';
import { command } from './ffmpeg-child.js';
import { type FfmpegVersion, passThrough } from './ffmpeg-version.js';
import type { NetworkOptions } from './network.js';
import type { VideoFacts } from './probe.js';
import { sourceInput } from './source-input.js';
import type { CopyColours } from './yuv-filters.js';

/** Sound that an MP4 may hold as it is; everything else becomes AAC. */
const MP4_SOUND = new Set(['aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus']);

export interface EncodeCommandOptions {
  readonly target: string;
  readonly colours: CopyColours;
  readonly version: FfmpegVersion;
  readonly network: NetworkOptions;
  /** What becomes zero, seconds on the source's clock: its container's start by default. Sound before it is left out. */
  readonly zero?: number;
  /** Sound from here on is left out too, seconds on the source's clock. */
  readonly until?: number;
}

/** Raw frames in NUT on stdin and the sound of the source -> H.264 in MP4, all times less `zero`. */
export function encodeCommand(facts: VideoFacts, options: EncodeCommandOptions): FfmpegCommand {
  const { timeBase, audioCodecs, location, containerStart } = facts;
  const { target, version, network, colours, zero = containerStart, until } = options;
  const built = command().input('pipe:0').inputOptions('-f', 'nut', '-copyts');
  const sound = audioCodecs.length > 0;
  if (sound) {
    // Its times must be those of the frames, and the standard input is taken: never as a script.
    const source = sourceInput({ ...location, live: false }, version, network);
    built.input(source.input).inputOptions(...source.options, '-vn', '-itsoffset', (-zero).toFixed(6));
  }
  return built
    .videoFilters(colourTags(facts, colours))
    .outputOptions(
      ...['-map', '0:v:0', ...(sound ? ['-map', '1:a', ...soundOptions(audioCodecs, options.zero !== undefined)] : [])],
      ...(until === undefined ? [] : ['-t', (until - zero).toFixed(6)]),
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p'],
      ...[...passThrough(version), '-enc_time_base', `${timeBase.num}/${timeBase.den}`],
      ...timescales(timeBase.den, version),
      ...['-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-fflags', '+bitexact', '-flags', '+bitexact', '-movflags', '+faststart', '-f', 'mp4', '-y'],
    )
    .output(`file:${target}`);
}

/** MP4 counts a late start of a track on the clock of the whole file, which else ticks in milliseconds. */
function timescales(den: number, { major }: FfmpegVersion): string[] {
  return ['-video_track_timescale', String(den), ...(major >= 5 ? ['-movie_timescale', String(den)] : [])];
}

/** Copied where MP4 can hold it; `cut`: what comes before zero is left out. */
function soundOptions(codecs: readonly string[], cut: boolean): string[] {
  return codecs.flatMap((codec, index) => {
    if (MP4_SOUND.has(codec)) return [`-c:a:${index}`, 'copy', ...(cut ? [`-copypriorss:a:${index}`, '0'] : [])];
    return [`-c:a:${index}`, 'aac', ...(cut ? [`-filter:a:${index}`, 'atrim=start=0'] : [])];
  });
}

/** Says in the stream how its colours are meant. */
function colourTags({ colour: { primaries, transfer } }: VideoFacts, { tag }: CopyColours): string {
  const tags = [
    ...(tag ? [`colorspace=${tag}`] : []),
    ...(primaries ? [`color_primaries=${primaries}`] : []),
    ...(transfer ? [`color_trc=${transfer}`] : []),
  ];
  return ['setparams=range=tv', ...tags].join(':');
}
