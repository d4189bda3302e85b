import type { Size } from '#core/size.js';
import { SourceError } from '#core/source-error.js';
import { type FfprobeOptions, ffprobe } from './ffprobe.js';
import { beginsAsMp4, checkFile, type Location, locate } from './location.js';
import { parseRational, type Rational, ratioOf } from './rational.js';

/** What ffprobe knows of a source's video stream. */
export interface VideoFacts {
  readonly location: Location;
  /** Index of the stream in the file. */
  readonly stream: number;
  readonly container: string;
  readonly codec: string;
  readonly pixelFormat: string;
  readonly bitDepth: number;
  readonly range: 'full' | 'limited' | 'unknown';
  readonly hasAlpha: boolean;
  /** As stored. */
  readonly storedSize: Size;
  /** After rotation, storage pixels: what boxes are reported in. */
  readonly size: Size;
  /** Clockwise turn that the player has to make, degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Width over height of one pixel, after rotation. */
  readonly sampleAspect: number;
  readonly sampleAspectRatio: Rational;
  /** Average frames per second. */
  readonly fps?: Rational;
  /** The rate on whose grid all timestamps lie. */
  readonly baseFps?: Rational;
  readonly timeBase: Rational;
  /** First timestamp of the stream in ticks of the time base; absent where the format has no timestamps. */
  readonly startTicks?: number;
  /** Exact where the container counts, otherwise duration times rate. */
  readonly frames?: number;
  /** Seconds. */
  readonly duration?: number;
  /** Where the container begins, over all of its streams, seconds. */
  readonly containerStart: number;
  /** Of each sound stream. */
  readonly audioCodecs: readonly string[];
  /** As FFmpeg names them; absent where the file does not say. */
  readonly colour: { readonly matrix?: string; readonly primaries?: string; readonly transfer?: string };
}

interface ProbedStream {
  index: number;
  codec_type?: string;
  codec_name?: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  bits_per_raw_sample?: string;
  color_range?: string;
  color_space?: string;
  color_primaries?: string;
  color_transfer?: string;
  sample_aspect_ratio?: string;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  time_base?: string;
  start_pts?: number;
  nb_frames?: string;
  duration?: string;
  disposition?: { attached_pic?: number };
  side_data_list?: { rotation?: number }[];
  tags?: Record<string, string>;
}

interface Probed {
  streams?: ProbedStream[];
  format?: { format_name?: string; duration?: string; start_time?: string };
}

/**
 * Asks ffprobe what a video is: size after rotation, pixel aspect, rates, clock, codec, sound.
 * @throws SourceError when the source is missing, forbidden, empty, no video, truncated or cannot be reached in time
 */
export async function probe(source: string, options: FfprobeOptions = {}): Promise<VideoFacts> {
  const location = locate(source);
  await checkFile(location);
  try {
    return factsOf(location, (await ffprobe(location, ['-show_streams', '-show_format'], options)) as Probed);
  } catch (error) {
    const cut = error instanceof SourceError && error.fault === 'truncated' && !location.remote;
    if (!cut || (await beginsAsMp4(location))) throw error;
    throw new SourceError('not-video', `${location.name}: it is no video that ffmpeg can read`, { cause: error });
  }
}

function factsOf(location: Location, { streams = [], format }: Probed): VideoFacts {
  const video = streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);
  if (!video) throw new SourceError('not-video', `${location.name}: it has no video stream`);
  if (!video.width || !video.height) {
    throw new SourceError(
      'not-video',
      `${location.name}: its video stream has no picture size; it is damaged or empty`,
    );
  }
  const audio = streams.filter((stream) => stream.codec_type === 'audio');
  const pixelFormat = video.pix_fmt ?? 'unknown';
  return {
    location,
    stream: video.index,
    container: format?.format_name ?? 'unknown',
    codec: video.codec_name ?? 'unknown',
    pixelFormat,
    bitDepth: depthOf(pixelFormat, video.bits_per_raw_sample),
    range: rangeOf(pixelFormat, video.color_range),
    hasAlpha: /^(yuva|rgba|bgra|argb|abgr|gbrap|ya8|ya16|pal8)/.test(pixelFormat),
    ...geometryOf(video, { width: video.width, height: video.height }),
    ...timingOf(video, format?.duration),
    containerStart: Number(format?.start_time ?? 0) || 0,
    audioCodecs: audio.map((stream) => stream.codec_name ?? 'unknown'),
    colour: colourOf(video),
  };
}

function geometryOf(video: ProbedStream, storedSize: Size) {
  const rotation = rotationOf(video);
  const turned = rotation === 90 || rotation === 270;
  const { num, den } = parseRational(video.sample_aspect_ratio) ?? { num: 1, den: 1 };
  const size = turned ? { width: storedSize.height, height: storedSize.width } : storedSize;
  const sampleAspectRatio = turned ? { num: den, den: num } : { num, den };
  return { storedSize, size, rotation, sampleAspect: ratioOf(sampleAspectRatio), sampleAspectRatio };
}

/** The display matrix turns counter-clockwise; FFmpeg turns by quarters only (others are left to its `rotate`). */
function rotationOf({ side_data_list: sideData, tags }: ProbedStream): 0 | 90 | 180 | 270 {
  const matrix = sideData?.find(({ rotation }) => rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(tags?.rotate ?? 0) : -matrix;
  const quarters = ((Math.round(clockwise / 90) % 4) + 4) % 4;
  return (quarters * 90) as 0 | 90 | 180 | 270;
}

function timingOf(video: ProbedStream, formatDuration: string | undefined) {
  const fps = parseRational(video.avg_frame_rate);
  const baseFps = parseRational(video.r_frame_rate);
  const duration = positive(video.duration) ?? positive(formatDuration);
  const rate = fps ?? baseFps;
  const estimated = duration !== undefined && rate ? Math.round(duration * ratioOf(rate)) : undefined;
  const frames = positive(video.nb_frames) ?? estimated;
  return {
    timeBase: parseRational(video.time_base) ?? { num: 1, den: 90_000 },
    ...(rate && { fps: rate }),
    ...(baseFps && { baseFps }),
    ...(duration !== undefined && { duration }),
    ...(frames !== undefined && { frames }),
    ...(video.start_pts !== undefined && { startTicks: video.start_pts }),
  };
}

function colourOf({ color_space: matrix, color_primaries: primaries, color_transfer: transfer }: ProbedStream) {
  const known = (name: string | undefined) => name !== undefined && name !== 'unknown' && name !== 'reserved';
  return {
    ...(known(matrix) && { matrix: matrix! }),
    ...(known(primaries) && { primaries: primaries! }),
    ...(known(transfer) && { transfer: transfer! }),
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 ? value : undefined;
}

function depthOf(pixelFormat: string, raw: string | undefined): number {
  const named = /(?:p|gray|x2rgb|x2bgr)(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat)?.[1];
  return Number(named ?? positive(raw) ?? 8);
}

function rangeOf(pixelFormat: string, range: string | undefined): VideoFacts['range'] {
  if (range === 'pc' || pixelFormat.startsWith('yuvj') || /^(rgb|bgr|gbr|argb|abgr|pal8)/.test(pixelFormat))
    return 'full';
  return range === 'tv' ? 'limited' : 'unknown';
}
