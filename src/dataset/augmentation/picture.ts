import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';

// H, W height and width in px. Colours are R, G, B, 0..255.

/** A decoded picture as decoders give it: uint8 `[H, W, 3]`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A picture as the network reads it: uint8 `[3, H, W]`. Augmentations write into it. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A picture and what is in it. */
export interface LabelledPicture {
  /** May be smaller than it was when it was labelled. */
  readonly picture: Picture;
  /** The pixels that the labels count in. */
  readonly size: Size;
  readonly annotations: readonly Annotation[];
}

/** The grey of YOLO's padding. */
export const PADDING_GREY = 114;

export function createCanvas(width: number, height: number, grey = PADDING_GREY): Canvas {
  return { width, height, data: new Uint8Array(3 * width * height).fill(grey) };
}

/** The planar form of a picture. */
export function toCanvas({ width, height, data }: Picture): Canvas {
  const plane = width * height;
  const planar = new Uint8Array(3 * plane);
  for (let at = 0; at < plane; at++) {
    planar[at] = data[3 * at]!;
    planar[plane + at] = data[3 * at + 1]!;
    planar[2 * plane + at] = data[3 * at + 2]!;
  }
  return { width, height, data: planar };
}

/** The interleaved form of a canvas. */
export function toPicture({ width, height, data }: Canvas): Picture {
  const plane = width * height;
  const rows = new Uint8Array(3 * plane);
  for (let at = 0; at < plane; at++) {
    rows[3 * at] = data[at]!;
    rows[3 * at + 1] = data[plane + at]!;
    rows[3 * at + 2] = data[2 * plane + at]!;
  }
  return { width, height, data: rows };
}
