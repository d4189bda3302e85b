import type { Letterbox } from './letterbox.js';
import type { Stamp } from './stamp.js';

/**
 * A decoded picture, already at the model's input size.
 *
 * `data` is uint8 `[3, H, W]`, planes in the order R, G, B, H and W those of `letterbox.input`. It views one plain
 * `ArrayBuffer` from byte 0 to its end, so that the buffer can be transferred to a worker and given back.
 */
export interface Frame {
  readonly stamp: Stamp;
  readonly letterbox: Letterbox;
  readonly data: Uint8Array<ArrayBuffer>;
}
