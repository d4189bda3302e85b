import type { Size } from '#core/size.js';
import { chipSize, drawChip, drawDot } from './chip.js';
import { Lru } from './lru.js';
import type { BoxMark, Mark } from './marks.js';
import type { Style } from './style.js';
import { type Matrix, type Yuv, yuvOf } from './yuv.js';
import { toYuvSprite, type YuvSprite } from './yuv-sprite.js';

/** Labels with their scores that are kept drawn; a picture rarely holds more. */
const SPRITES = 1024;

/**
 * Draws marks into yuv420p pictures of one size (both sides even), limited range, touching only the pixels of the marks.
 * Labels are rendered once and blended from then on.
 */
export class YuvPainter {
  readonly #size: Size;
  readonly #style: Style;
  readonly #matrix: Matrix;
  readonly #sprites = new Lru<YuvSprite>(SPRITES);
  readonly #sizes = new Lru<Size>(SPRITES);

  constructor(size: Size, style: Style, matrix: Matrix) {
    if (size.width % 2 || size.height % 2)
      throw new RangeError(`YuvPainter: expected even sides, got ${size.width}x${size.height}`);
    this.#size = size;
    this.#style = style;
    this.#matrix = matrix;
  }

  readonly measure = (text: string): Size => this.#sizes.get(text, () => chipSize(text, this.#style.fontPx));

  /** `picture`: planes Y, U, V one after the other, `3/2 * width * height` bytes; changed in place. */
  paint(picture: Uint8Array, marks: readonly Mark[]): void {
    for (const mark of marks) {
      if (mark.kind === 'box') this.#box(picture, mark);
      else if (mark.kind === 'label') this.#blend(picture, this.#label(mark.text, mark.colour), mark.left, mark.top);
      else this.#dot(picture, mark);
    }
  }

  #label(text: string, colour: BoxMark['colour']): YuvSprite {
    const { fontPx } = this.#style;
    return this.#sprites.get(`${colour.hex} ${text}`, () => toYuvSprite(drawChip(text, colour, fontPx), this.#matrix));
  }

  #dot(picture: Uint8Array, { x, y, radius, colour }: Extract<Mark, { kind: 'dot' }>): void {
    const sprite = this.#sprites.get(`${colour.hex}\0${radius}`, () =>
      toYuvSprite(drawDot(colour, radius), this.#matrix),
    );
    this.#blend(
      picture,
      sprite,
      2 * Math.round((x - sprite.width / 2) / 2),
      2 * Math.round((y - sprite.height / 2) / 2),
    );
  }

  /** Four bars in colour, with a darkened line of one pixel along both of their sides, so that it shows on any ground. */
  #box(picture: Uint8Array, { left, top, right, bottom, thickness, colour }: BoxMark): void {
    const yuv = yuvOf(colour, this.#matrix);
    const tall = Math.min(thickness, bottom - top);
    const wide = Math.min(thickness, right - left);
    this.#darkenRing(picture, left - 1, top - 1, right + 1, bottom + 1);
    this.#darkenRing(picture, left + wide, top + tall, right - wide, bottom - tall);
    this.#fill(picture, [left, top, right, top + tall], yuv);
    this.#fill(picture, [left, bottom - tall, right, bottom], yuv);
    this.#fill(picture, [left, top, left + wide, bottom], yuv);
    this.#fill(picture, [right - wide, top, right, bottom], yuv);
  }

  #fill(
    picture: Uint8Array,
    [left, top, right, bottom]: readonly [number, number, number, number],
    [y, u, v]: Yuv,
  ): void {
    const { width, height } = this.#size;
    for (let row = top; row < bottom; row += 1) picture.fill(y, row * width + left, row * width + right);
    const [half, luma] = [width / 2, width * height];
    for (let row = top >> 1; row < (bottom + 1) >> 1; row += 1) {
      const from = luma + row * half;
      picture.fill(u, from + (left >> 1), from + ((right + 1) >> 1));
      picture.fill(v, from + luma / 4 + (left >> 1), from + luma / 4 + ((right + 1) >> 1));
    }
  }

  /** Halves the brightness along the inner edge of a rectangle; parts outside of the picture are left out. */
  #darkenRing(picture: Uint8Array, left: number, top: number, right: number, bottom: number): void {
    const { width, height } = this.#size;
    if (right - left < 2 || bottom - top < 2) return;
    const darken = (x: number, y: number) => {
      if (x < 0 || y < 0 || x >= width || y >= height) return;
      const at = y * width + x;
      picture[at] = 16 + ((Math.max(16, picture[at]!) - 16) >> 1);
    };
    for (let x = left; x < right; x += 1) {
      darken(x, top);
      darken(x, bottom - 1);
    }
    for (let y = top + 1; y < bottom - 1; y += 1) {
      darken(left, y);
      darken(right - 1, y);
    }
  }

  /** Blends a sprite at even coordinates; parts outside of the picture are left out. */
  #blend(picture: Uint8Array, sprite: YuvSprite, left: number, top: number): void {
    const { width, height } = this.#size;
    const luma = { offset: 0, width, height, left, top };
    blendPlane(picture, luma, { width: sprite.width, values: sprite.y, alpha: sprite.lumaAlpha });
    const half = { width: width / 2, height: height / 2, left: left / 2, top: top / 2 };
    const chroma = { width: sprite.width / 2, alpha: sprite.chromaAlpha };
    blendPlane(picture, { offset: width * height, ...half }, { ...chroma, values: sprite.u });
    blendPlane(picture, { offset: (width * height * 5) / 4, ...half }, { ...chroma, values: sprite.v });
  }
}

interface Place {
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

interface Layer {
  readonly width: number;
  readonly values: Uint8Array;
  readonly alpha: Uint8Array;
}

function blendPlane(picture: Uint8Array, place: Place, layer: Layer): void {
  const rows = layer.values.length / layer.width;
  const firstColumn = Math.max(0, -place.left);
  const lastColumn = Math.min(layer.width, place.width - place.left);
  for (let row = Math.max(0, -place.top); row < Math.min(rows, place.height - place.top); row += 1) {
    const target = place.offset + (place.top + row) * place.width + place.left;
    for (let column = firstColumn; column < lastColumn; column += 1) {
      const alpha = layer.alpha[row * layer.width + column]!;
      const below = picture[target + column]!;
      picture[target + column] =
        below + Math.round(((layer.values[row * layer.width + column]! - below) * alpha) / 255);
    }
  }
}
