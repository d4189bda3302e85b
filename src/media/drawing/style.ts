import type { Size } from '#core/size.js';

/** Sizes of what is drawn, px; lengths along both axes are even, so that halved chroma fits. */
export interface Style {
  /** Of a box's line. */
  readonly thickness: number;
  readonly fontPx: number;
  /** Of a landmark's dot, its dark rim included. */
  readonly dotRadius: number;
}

/** Line and letters in proportion to the picture: 4 and 24 px at 1080p, never less than what can be seen and read. */
export function styleFor({ width, height }: Size): Style {
  const mean = (width + height) / 2;
  return {
    thickness: 2 * Math.max(1, Math.round(mean * 0.0016)),
    fontPx: Math.max(11, Math.round(mean * 0.016)),
    dotRadius: Math.max(2, Math.round(mean * 0.004)),
  };
}
