/** What part of the world an error comes from. Branch on this, never on the text. */
export type ErrorKind = 'config' | 'model' | 'source' | 'inference' | 'dataset' | 'protocol' | 'output';

/**
 * The one error for faults of the outside world: files, cameras, models, configurations.
 * The message names what failed, what was expected, what was found and what to do, and never holds credentials.
 * Mistakes of our own code are `TypeError` or `RangeError`.
 */
export class LookoutError extends Error {
  readonly kind: ErrorKind;
  override readonly name = 'LookoutError';

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
