import type { Canvas } from '@napi-rs/canvas';
import { type Matrix, toYuv } from './yuv.js';

/** A small picture with transparency, ready to be blended into yuv420p: W x H luma, W/2 x H/2 chroma, W and H even. */
export interface YuvSprite {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  /** Opacity of each luma sample, 0..255. */
  readonly lumaAlpha: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** Opacity of each chroma sample: the mean of its four pixels. */
  readonly chromaAlpha: Uint8Array;
}

/** Converts a drawn canvas; chroma is the mean of four pixels, weighted by their opacity. */
export function toYuvSprite(canvas: Canvas, matrix: Matrix): YuvSprite {
  const { width, height } = canvas;
  const rgba = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  const [luma, chroma] = [width * height, (width * height) / 4];
  const sprite = {
    width,
    height,
    y: new Uint8Array(luma),
    lumaAlpha: new Uint8Array(luma),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
    chromaAlpha: new Uint8Array(chroma),
  };
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) convertBlock(sprite, rgba, { row, column, matrix });
  }
  return sprite;
}

interface Block {
  readonly row: number;
  readonly column: number;
  readonly matrix: Matrix;
}

function convertBlock(sprite: YuvSprite, rgba: Uint8ClampedArray, { row, column, matrix }: Block): void {
  const { width } = sprite;
  let [opacity, u, v] = [0, 0, 0];
  for (const at of [0, 1, width, width + 1].map((step) => row * width + column + step)) {
    const alpha = rgba[4 * at + 3]!;
    const [y, cb, cr] = toYuv(rgba[4 * at]!, rgba[4 * at + 1]!, rgba[4 * at + 2]!, matrix);
    sprite.y[at] = y;
    sprite.lumaAlpha[at] = alpha;
    opacity += alpha;
    u += cb * alpha;
    v += cr * alpha;
  }
  const at = (row / 2) * (width / 2) + column / 2;
  sprite.chromaAlpha[at] = Math.round(opacity / 4);
  sprite.u[at] = opacity === 0 ? 128 : Math.round(u / opacity);
  sprite.v[at] = opacity === 0 ? 128 : Math.round(v / opacity);
}
