import { LookoutError } from '#core/errors.js';
import { redact } from '#core/redact.js';
import type { SourceError } from '#core/source-error.js';
import { type Captured, capture } from './capture.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import type { Location } from './location.js';
import { type NetworkOptions, timeoutOf } from './network.js';
import { sourceFault, unanswered } from './source-fault.js';
import { sourceInput } from './source-input.js';

export interface FfprobeOptions extends NetworkOptions {
  readonly signal?: AbortSignal;
  /** Whole time allowed, ms. */
  readonly probeTimeoutMs?: number;
  /** Options of the demuxer, by name. */
  readonly format?: Readonly<Record<string, string>>;
}

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
  const { signal, probeTimeoutMs: timeoutMs = 30_000 } = options;
  const { options: before, input: address, script: input } = sourceInput(location, await ffmpegVersion(), options);
  const args = ['-hide_banner', '-loglevel', 'error', ...before, ...show, '-of', 'json', '-i', address];
  const begun = performance.now();
  const captured = await capture(process.env.FFPROBE_PATH ?? 'ffprobe', args, { timeoutMs, signal, input }).catch(
    notStarted,
  );
  if (captured.code === 0) return JSON.parse(captured.stdout);
  throw failure(location, captured, performance.now() - begun >= timeoutOf(options));
}

function notStarted(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT' && error.code !== 'EACCES') throw error;
  const fix = 'install ffmpeg (Debian, Ubuntu: sudo apt-get install ffmpeg) or set FFPROBE_PATH';
  throw new LookoutError('config', `cannot start ffprobe: ${error.message}; ${fix}`, { cause: error });
}

/** `late`: it took as long as an answer may; FFmpeg reports some timeouts (RTSP) as invalid data. */
function failure({ name, remote }: Location, { stderr, timedOut }: Captured, late: boolean): SourceError {
  const fault = sourceFault(name, redact(stderr));
  const isLate = remote && late && (fault.fault === 'not-video' || fault.fault === 'unknown');
  if (!timedOut && !isLate) return fault;
  return unanswered(name);
}
