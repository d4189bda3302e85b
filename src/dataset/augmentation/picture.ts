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

/** Half the width and height (rounded down, at least 1), each pixel the mean of four: before shrinking by more than two. */
export function halve({ width, height, data }: Picture): Picture {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const right = width > 1 ? 3 : 0;
  const below = height > 1 ? 3 * width : 0;
  const half = new Uint8Array(3 * w * h);
  let to = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = 3 * (2 * y * width + 2 * x);
      for (let c = at; c < at + 3; c++) {
        half[to++] = (data[c]! + data[c + right]! + data[c + below]! + data[c + right + below]! + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, data: half };
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
