import type { Colour } from '#vision/colours.js';

/** How RGB becomes Y'CbCr: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance). */
export type Matrix = 'bt601' | 'bt709' | 'bt2020';

/** 8-bit Y'CbCr of limited range: Y' 16..235, Cb and Cr 16..240. */
export type Yuv = readonly [y: number, u: number, v: number];

/** Weights of red and blue in luma. */
const LUMA = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

/** Limited-range Y'CbCr of full-range RGB (ITU-R BT.601-7 2.5, BT.709-6 3, BT.2020-2 table 4). */
export function toYuv(red: number, green: number, blue: number, matrix: Matrix): Yuv {
  const [kr, kb] = LUMA[matrix];
  const luma = kr * red + (1 - kr - kb) * green + kb * blue;
  return [
    Math.round(16 + (219 / 255) * luma),
    Math.round(128 + ((224 / 255) * (blue - luma)) / (2 * (1 - kb))),
    Math.round(128 + ((224 / 255) * (red - luma)) / (2 * (1 - kr))),
  ];
}

export function yuvOf({ red, green, blue }: Colour, matrix: Matrix): Yuv {
  return toYuv(red, green, blue, matrix);
}
