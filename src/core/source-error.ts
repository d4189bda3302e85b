import type { FaultCause } from './camera.js';
import { LookoutError } from './errors.js';

/** What is wrong with a source, for files as well as cameras. */
export type SourceFault = FaultCause | 'permission' | 'empty' | 'not-video' | 'truncated' | 'no-frames';

/** A {@link LookoutError} of kind `source` that also says which fault it was: branch on `fault`, never on the text. */
export class SourceError extends LookoutError {
  readonly fault: SourceFault;

  constructor(fault: SourceFault, message: string, options?: { cause?: unknown }) {
    super('source', message, options);
    this.fault = fault;
  }
}
