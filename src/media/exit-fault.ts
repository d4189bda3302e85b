import { SourceError } from '#core/source-error.js';
import type { Exit } from './ffmpeg-child.js';
import type { VideoFacts } from './probe.js';
import { saysTruncated, sourceFault } from './source-fault.js';

export interface Ending {
  readonly facts: Pick<VideoFacts, 'location' | 'frames'>;
  readonly exit: Exit;
  /** Frames that came before the end. */
  readonly frames: number;
  /** False when the stream broke off inside a frame. */
  readonly whole: boolean;
  readonly resuming: boolean;
}

/** What was wrong with a decoder's end; undefined for a good one. */
export function exitFault({ facts, exit, frames, whole, resuming }: Ending): SourceError | undefined {
  const { name } = facts.location;
  if (exit.signal) return new SourceError('decoder-died', `${name}: ffmpeg was killed by ${exit.signal}`);
  if (exit.code !== 0) return sourceFault(name, exit.stderr, 'decoder-died');
  if (!whole) return new SourceError('decoder-died', `${name}: ffmpeg broke off inside a frame`);
  if (saysTruncated(name, exit.stderr)) {
    const expected = facts.frames === undefined ? '' : ` of ${facts.frames}`;
    return new SourceError('truncated', `${name}: the file is truncated; ${frames}${expected} frames could be decoded`);
  }
  if (frames > 0) return undefined;
  if (resuming)
    return new SourceError('no-frames', `${name}: the frame to resume at is not there; has the file changed?`);
  if (exit.stderr !== '') return sourceFault(name, exit.stderr, 'no-frames');
  return new SourceError(
    'no-frames',
    `${name}: no frame to decode; is --start beyond its end, or the file without pictures?`,
  );
}
