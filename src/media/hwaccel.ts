import { LookoutError } from '#core/errors.js';
import { capture } from './capture.js';

/** The hardware decoder interfaces that this ffmpeg was built with, as FFmpeg names them (`vaapi`, `cuda`, ...). */
export async function hardwareDecoders(): Promise<string[]> {
  const { stdout } = await capture(process.env.FFMPEG_PATH ?? 'ffmpeg', ['-v', 'quiet', '-hwaccels'], {
    timeoutMs: 20_000,
  });
  return stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((name) => name !== '');
}

/**
 * Refuses an interface that this ffmpeg does not have. `auto` takes whatever works and falls back to the CPU.
 * That the driver works shows only in decoding.
 * @throws LookoutError kind `config`
 */
export async function checkHardwareDecoder(name: string): Promise<void> {
  if (name === 'auto') return;
  const known = await hardwareDecoders();
  if (known.includes(name)) return;
  const list = ['auto', ...known].join(', ');
  throw new LookoutError('config', `this ffmpeg has no hardware decoder "${name}"; it has ${list}`);
}
