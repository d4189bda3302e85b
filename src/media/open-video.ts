import type { Fit } from '#core/card.js';
import type { Frame } from '#core/frame.js';
import { type InputSizes, sizeFor } from '#core/input-sizes.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Logger } from '#core/logger.js';
import type { FrameSource, SourceInfo } from '#core/source.js';
import { letterbox } from '#vision/letterbox.js';
import { decodeCommand } from './decode-command.js';
import type { Decoded } from './decoder-run.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import { type LiveAnswer, liveAnswer } from './http/live-answer.js';
import { checkHardwareDecoder } from './hwaccel.js';
import { type Location, locate } from './location.js';
import type { NetworkOptions } from './network.js';
import { openCamera } from './open-camera.js';
import { pictureFilters, planeParts, type Scaler } from './picture-filters.js';
import { probe, type VideoFacts } from './probe.js';
import { ratioOf } from './rational.js';
import { seekPoint } from './seek-point.js';
import { endOf, expectedFrames, type SelectionOptions, selectionFilters } from './selection.js';
import { VideoStream } from './video-stream.js';

export interface OpenVideoOptions extends SelectionOptions, NetworkOptions {
  /** The model's input. */
  readonly input: InputSizes;
  readonly fit: Fit;
  /** Grey value of the padding, 0..255; 114 by default. */
  readonly padding?: number;
  readonly scaler?: Scaler;
  /** Decoder threads; 1 by default, which costs the least CPU per frame. 0: as many as ffmpeg likes. */
  readonly threads?: number;
  /** FFmpeg's name of a hardware decoder interface: `auto`, `vaapi`, `cuda`, ... */
  readonly hwaccel?: string;
  /** Whole frames held ready; 1 by default. */
  readonly readAhead?: number;
  /** Time without a sign of life from ffmpeg, ms, after which the source fails as stalled. */
  readonly stallTimeoutMs?: number;
  /** File that keeps the packets as they come, see {@link Recording}. */
  readonly record?: string;
  /** What `probe` found, where it was asked before. */
  readonly facts?: VideoFacts;
  readonly camera?: string;
  readonly epoch?: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

const STALL_TIMEOUT_MS = 20_000;

/**
 * Opens a video: a file, or an http, https or rtsp URL. Nothing is decoded before the first frame is pulled.
 *
 * Frames come with the source's own timestamps (`best_effort_timestamp_time` of ffprobe, rounded to microseconds).
 * Iterating throws what goes wrong under way, after the frames that came before it.
 * @throws SourceError when the source cannot be opened; LookoutError kind `config` without a working ffmpeg or an asked
 * hardware decoder
 */
export async function openVideo(source: string, options: OpenVideoOptions): Promise<FrameSource> {
  const location = locate(source);
  if (options.hwaccel) await checkHardwareDecoder(options.hwaccel);
  await ffmpegVersion(); // known before a camera begins to send
  const live = options.facts ? undefined : await liveSourceOf(location, options);
  if (live) return openCamera(live, { stallTimeoutMs: STALL_TIMEOUT_MS, ...options });
  const [facts, version] = await Promise.all([options.facts ?? probe(source, options), ffmpegVersion()]);
  const { size, sampleAspect } = facts;
  const input = sizeFor(options.input, size, sampleAspect);
  const fitted = letterbox({ source: size, input, fit: options.fit, sampleAspect });
  const seekTo = options.resume ? await seekPoint(facts, options.resume.pts, options) : undefined;
  const { signal, logger, camera, epoch, readAhead = 1, stallTimeoutMs = STALL_TIMEOUT_MS } = options;
  const { padding = 114, scaler = 'area', threads = 1, hwaccel } = options;
  const pixels = pictureFilters(facts, { letterbox: fitted, padding, scaler });
  const build = (from?: number) => {
    const filters = [...selectionFilters(facts, options, from !== undefined), ...pixels];
    const until = options.end === undefined ? {} : { until: endOf(facts, options.end) };
    const record = options.record === undefined ? undefined : { path: options.record, ...until };
    const optional = {
      ...(hwaccel && { hwaccel }),
      ...(record && { record }),
      ...(from !== undefined && { seekTo: from }),
    };
    return decodeCommand(facts, { filters, network: options, threads, version, ...optional });
  };
  const stream = new VideoStream({
    facts,
    build,
    ...(seekTo !== undefined && { seekTo }),
    ...(options.resume && { resume: options.resume }),
    readAhead,
    frameBytes: 3 * input.width * input.height,
    placement: { parts: planeParts(fitted), fill: padding },
    stallTimeoutMs,
    ...(signal && { signal }),
    ...(logger && { logger }),
    frame: framer(facts, fitted, { ...(camera !== undefined && { camera }), ...(epoch !== undefined && { epoch }) }),
  });
  return Object.assign(stream, { info: infoOf(facts, options) });
}

async function liveSourceOf(location: Location, options: OpenVideoOptions): Promise<LiveAnswer | undefined> {
  return location.live ? { location } : liveAnswer(location, options);
}

/** Makes frames out of buffers; every frame shares the one letterbox. */
function framer(facts: VideoFacts, fitted: Letterbox, identity: { camera?: string; epoch?: number }) {
  const { location, size } = facts;
  return ({ data, pts }: Decoded, seq: number): Frame => ({
    stamp: { source: location.name, ...identity, seq, pts, ...(location.live && { capturedAt: Date.now() }), size },
    letterbox: fitted,
    data,
  });
}

function infoOf(facts: VideoFacts, options: OpenVideoOptions): SourceInfo {
  const { fps, duration, codec, size, location } = facts;
  const frames = expectedFrames(facts, options);
  const rate = fps && Math.min(ratioOf(fps), options.fps ?? Infinity);
  return {
    kind: location.live || (location.remote && duration === undefined) ? 'live' : 'video',
    size,
    ...(rate !== undefined && { fps: rate / (options.every ?? 1) }),
    ...(frames !== undefined && { frames }),
    ...(duration !== undefined && { duration }),
    codec,
  };
}
