import { execFile } from 'node:child_process';
import { LookoutError } from '#core/errors.js';
import { redact } from '#core/redact.js';
import { SourceError } from '#core/source-error.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import type { Location } from './location.js';
import { type NetworkOptions, networkOptions, timeoutOf } from './network.js';
import { sourceFault } from './source-fault.js';

export interface FfprobeOptions extends NetworkOptions {
  readonly signal?: AbortSignal;
  /** Whole time allowed, ms. */
  readonly probeTimeoutMs?: number;
}

const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/**
 * Runs ffprobe on a source and returns its JSON.
 * @throws SourceError what is wrong with the source
 * @throws LookoutError kind `config` when ffprobe cannot be started
 */
export async function ffprobe(
  location: Location,
  show: readonly string[],
  options: FfprobeOptions = {},
): Promise<unknown> {
  const { signal, probeTimeoutMs = 30_000 } = options;
  const begun = performance.now();
  const network = networkOptions(location, await ffmpegVersion(), options);
  const args = ['-hide_banner', '-loglevel', 'error', ...network, ...show, '-of', 'json', '-i', location.input];
  return new Promise((resolve, reject) => {
    const settings = { maxBuffer: MAX_OUTPUT_BYTES, timeout: probeTimeoutMs, killSignal: 'SIGKILL', signal } as const;
    execFile(process.env.FFPROBE_PATH ?? 'ffprobe', args, settings, (error, stdout, stderr) => {
      if (!error) resolve(JSON.parse(stdout));
      else
        reject(
          failure(location, error, { stderr: redact(stderr), late: performance.now() - begun >= timeoutOf(options) }),
        );
    });
  });
}

interface Circumstances {
  readonly stderr: string;
  /** It took as long as an answer may: FFmpeg reports some timeouts (RTSP) as invalid data. */
  readonly late: boolean;
}

function failure(
  location: Location,
  error: Error & { code?: unknown; killed?: boolean },
  { stderr, late }: Circumstances,
): Error {
  if (error.name === 'AbortError') return error;
  if (error.code === 'ENOENT') {
    const fix = 'install ffmpeg (Debian, Ubuntu: sudo apt-get install ffmpeg) or set FFPROBE_PATH';
    return new LookoutError('config', `cannot start ffprobe: it was not found; ${fix}`);
  }
  const fault = sourceFault(location.name, stderr);
  const unanswered = location.remote && late && (fault.fault === 'not-video' || fault.fault === 'unknown');
  if (!error.killed && !unanswered) return fault;
  return new SourceError('timeout', `${location.name}: no answer in time; check that the device is on and reachable`);
}
