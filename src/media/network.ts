import type { FfmpegVersion } from './ffmpeg-version.js';
import type { Location } from './location.js';

/** How a remote source is opened. */
export interface NetworkOptions {
  /** RTSP over TCP by default: no torn pictures. */
  readonly rtspTransport?: 'tcp' | 'udp';
  /** Longest wait for an answer or for the next bytes, ms. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

export function timeoutOf({ timeoutMs = TIMEOUT_MS }: NetworkOptions): number {
  return timeoutMs;
}

/** Options of FFmpeg for a location's protocol, by name; none for files. */
export function networkOptions(
  location: Location,
  version: FfmpegVersion,
  options: NetworkOptions = {},
): Record<string, string> {
  const { rtspTransport = 'tcp' } = options;
  const microseconds = String(timeoutOf(options) * 1000);
  if (location.scheme === 'rtsp' || location.scheme === 'rtsps') {
    return { rtsp_transport: rtspTransport, [version.major >= 5 ? 'timeout' : 'stimeout']: microseconds };
  }
  return location.remote ? { rw_timeout: microseconds } : {};
}
