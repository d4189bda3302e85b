import { FAULT_CAUSES, type FaultCause } from '#core/camera.js';
import { messageOf } from '#core/errors.js';
import { redact } from '#core/redact.js';
import { SourceError, type SourceFault } from '#core/source-error.js';

/** What files and cameras may both suffer from, in the words of cameras. */
const OF_FILES: Readonly<Record<Exclude<SourceFault, FaultCause>, FaultCause>> = {
  permission: 'auth',
  empty: 'ended',
  'not-video': 'codec',
  truncated: 'ended',
  'no-frames': 'codec',
};

/** Why a connection ended. */
export function causeOf(error: unknown): FaultCause {
  if (error === undefined) return 'ended';
  if (!(error instanceof SourceError)) return 'unknown';
  const { fault } = error;
  return (FAULT_CAUSES as readonly string[]).includes(fault)
    ? (fault as FaultCause)
    : OF_FILES[fault as keyof typeof OF_FILES];
}

/** The same for people, without the source's name, which stands beside it. */
export function wordsOf(error: unknown, source: string): string {
  if (error === undefined) return 'the source ended';
  const text = redact(messageOf(error));
  return text.startsWith(`${source}: `) ? text.slice(source.length + 2) : text;
}

/** Whether a failure in a row deserves a line in the log: a camera that is away for days must not fill the disk. */
export function isWorthALine(attempts: number): boolean {
  return Number.isInteger(Math.log2(attempts)) || attempts % 256 === 0;
}
