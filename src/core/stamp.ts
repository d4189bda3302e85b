import type { Size } from './size.js';

/** What identifies a frame, from the decoder to the box that is drawn. */
export interface Stamp {
  /** The file or the redacted URL, as the user named it. */
  readonly source: string;
  /** The camera's name; absent for files. */
  readonly camera?: string;
  /** Changes at each reconnect of a camera; absent for files. */
  readonly epoch?: number;
  /** 0-based number of the frame in its source (batch: of all decoded frames that were selected). */
  readonly seq: number;
  /** Presentation time, seconds, on the source's own clock. */
  readonly pts: number;
  /** When the frame began to arrive, ms since the Unix epoch; absent for files. */
  readonly capturedAt?: number;
  /** The source picture's size, after rotation. */
  readonly size: Size;
}
