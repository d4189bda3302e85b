import { LookoutError } from './errors.js';

/** `90`, `90.5`, `1:30`, `00:01:30.25`. */
export const TIME_CODE = /^(?:(?:(\d+):)?([0-5]?\d):(?=[0-5]?\d(?:\.|$)))?(\d+(?:\.\d+)?)$/;

/**
 * Seconds of a position that people type, in the form of {@link TIME_CODE}.
 * @throws LookoutError kind `config`
 */
export function parseTime(text: string | number): number {
  const match = TIME_CODE.exec(String(text).trim());
  if (!match) {
    throw new LookoutError('config', `expected seconds or hh:mm:ss, got "${text}" (for example 90.5 or 00:01:30.5)`);
  }
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3]);
}
