import { LookoutError } from '#core/errors.js';
import type { Exit } from './ffmpeg-child.js';

/** Why an encoder did not write its file. */
export function encodeFault(target: string, { stderr, signal }: Exit): LookoutError {
  const said = stderr.split('\n').filter((line) => line.trim() !== '');
  const full = /no space left|disk quota/i.test(stderr) ? 'the disk is full; free some space' : undefined;
  const cause =
    full ?? (signal ? `ffmpeg was killed by ${signal}` : `ffmpeg failed: ${said.at(-1) ?? 'it said nothing'}`);
  return new LookoutError('output', `cannot write ${target}: ${cause}`);
}
