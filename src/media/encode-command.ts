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
}

/** Raw frames in NUT on stdin and the sound of the source -> H.264 in MP4, timestamps unchanged. */
export function encodeCommand(facts: VideoFacts, options: EncodeCommandOptions): FfmpegCommand {
  const { timeBase, audioCodecs, location, containerStart } = facts;
  const { target, version, network, colours } = options;
  const built = command().input('pipe:0').inputOptions('-f', 'nut', '-copyts');
  const sound = audioCodecs.length > 0;
  if (sound) {
    // Its times must be those of the frames, and the standard input is taken: never as a script.
    const source = sourceInput({ ...location, live: false }, version, network);
    built.input(source.input).inputOptions(...source.options, '-vn', '-itsoffset', (-containerStart).toFixed(6));
  }
  return built
    .videoFilters(colourTags(facts, colours))
    .outputOptions(
      ...['-map', '0:v:0', ...(sound ? ['-map', '1:a', ...soundOptions(audioCodecs)] : [])],
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

function soundOptions(codecs: readonly string[]): string[] {
  return codecs.flatMap((codec, index) => [`-c:a:${index}`, MP4_SOUND.has(codec) ? 'copy' : 'aac']);
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
