import type { Frame } from './frame.js';
import type { Size } from './size.js';

/** What a source says of itself before it is decoded. */
export interface SourceInfo {
  readonly kind: 'video' | 'pictures' | 'live';
  /** After rotation, storage pixels; absent where there is no one size. */
  readonly size?: Size;
  /** Average frames per second; absent where unknown. */
  readonly fps?: number;
  /** Expected number of frames after selection; absent where unknown. */
  readonly frames?: number;
  /** Seconds; absent where unknown. */
  readonly duration?: number;
  readonly codec?: string;
}

/** Frames of one source, pulled one at a time: nothing is decoded ahead beyond what the pipe holds. */
export interface FrameSource extends AsyncIterable<Frame> {
  readonly info: SourceInfo;
  /** Gives a frame's buffer back for reuse. */
  recycle(data: Uint8Array<ArrayBuffer>): void;
  /** Ends the source and its child process. Idempotent; resolves when the child is gone. */
  close(): Promise<void>;
}
