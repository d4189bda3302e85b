import { LookoutError } from '#core/errors.js';

/**
 * Seconds of a position that people type: `90`, `90.5`, `1:30`, `00:01:30.25`.
 * @throws LookoutError kind `config`
 */
export function parseTime(text: string | number): number {
  const match = /^(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d+)?)$/.exec(String(text).trim());
  const seconds = Number(match?.[3]);
  if (!match || (match[2] !== undefined && seconds >= 60)) {
    throw new LookoutError('config', `expected seconds or hh:mm:ss, got "${text}" (for example 90.5 or 00:01:30.5)`);
  }
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + seconds;
}
