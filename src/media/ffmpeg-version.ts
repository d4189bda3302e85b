import { LookoutError, messageOf } from '#core/errors.js';
import { capture } from './capture.js';

/** Options were renamed between releases; development builds count as newest. */
export interface FfmpegVersion {
  readonly major: number;
  readonly minor: number;
  /** As it calls itself, e.g. `5.1.9-0+deb12u1`. */
  readonly text: string;
}

let known: Promise<FfmpegVersion> | undefined;

/**
 * The version of the ffmpeg that is used, asked once.
 * @throws LookoutError kind `config` when ffmpeg cannot be started
 */
export function ffmpegVersion(): Promise<FfmpegVersion> {
  known ??= ask().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

/** Reads the first line of `ffmpeg -version`. */
export function parseVersion(output: string): FfmpegVersion {
  const text = /ffmpeg version (\S+)/.exec(output)?.[1] ?? 'unknown';
  const numbers = /^n?(\d+)\.(\d+)/.exec(text);
  return { major: Number(numbers?.[1] ?? 99), minor: Number(numbers?.[2] ?? 0), text };
}

/** Frames pass with their own timestamps: none is doubled or dropped to make the rate constant. */
export function passThrough({ major, minor }: FfmpegVersion): string[] {
  return major > 5 || (major === 5 && minor >= 1) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'];
}

async function ask(): Promise<FfmpegVersion> {
  try {
    const { stdout } = await capture(process.env.FFMPEG_PATH ?? 'ffmpeg', ['-version'], { timeoutMs: 20_000 });
    return parseVersion(stdout);
  } catch (error) {
    const fix = 'install it (Debian, Ubuntu: sudo apt-get install ffmpeg) or set FFMPEG_PATH';
    throw new LookoutError('config', `cannot start ffmpeg: ${messageOf(error)}; ${fix}`, { cause: error });
  }
}
