import type { Frame } from '#core/frame.js';

/** A frame on its way through the live pipeline, with the moments that its latency is made of (`performance.now`, ms). */
export interface LiveFrame extends Frame {
  /** When its coded picture arrived. */
  readonly arrivedAt: number;
  /** When its pixels were there. */
  readonly decodedAt: number;
}
