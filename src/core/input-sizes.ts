import type { Card } from './card.js';
import type { Size } from './size.js';

/** An input size, and the pictures that it is for. */
export interface ShapedSize {
  readonly size: Size;
  /** Width over height, as it is meant to be seen, of the widest picture that it is for; Infinity for the last of a list. */
  readonly upTo: number;
}

/** What pictures are brought into: one size for all, or one for each shape of picture, those of narrow pictures first. */
export type InputSizes = Size | readonly ShapedSize[];

/** How many pixels a size may have more than the card's. */
const MORE = 0.04;
/** The longest side, in long sides of the card's size: wider pictures get padding. */
const LONGEST = 1.5;
/** Shapes such as 3:2 lie on a border: rounding does not decide between its sides. */
const SLACK = 1e-6;

/** The input sizes of a model: of an adapting one those of about as many pixels as its card's, in whole strides. */
export function inputSizes({ input, decoder }: Pick<Card, 'input' | 'decoder'>): InputSizes {
  const { size, adapts } = input;
  if (!adapts) return size;
  const stride = strideOf({ decoder });
  const area = size.width * size.height * (1 + MORE);
  const longest = Math.max(size.width, size.height) * LONGEST;
  const sizes = new Map<number, Size>();
  for (let width = stride; width <= longest; width += stride) {
    const height = Math.floor(area / width / stride) * stride;
    // Of the sizes of one height the widest is left: it holds what the others hold.
    if (height >= stride && height <= longest) sizes.set(height, { width, height });
  }
  const list = [...sizes.values()];
  return list.map((one, n) => {
    const next = list[n + 1];
    // From here on a picture as high as the next size is shown larger than one as wide as this one.
    return { size: one, upTo: next ? (one.width / next.height) * (1 + SLACK) : Infinity };
  });
}

/** The input size for a picture. @param sampleAspect width over height of one source pixel */
export function sizeFor(sizes: InputSizes, { width, height }: Size, sampleAspect = 1): Size {
  if ('width' in sizes) return sizes;
  const aspect = (width * sampleAspect) / height;
  return sizes.find(({ upTo }) => aspect <= upTo)!.size;
}

/** Input sizes are multiples of the largest stride that the card speaks of, of 32 at least. */
export function strideOf({ decoder }: Pick<Card, 'decoder'>): number {
  const strides =
    'strides' in decoder ? decoder.strides : 'heads' in decoder ? decoder.heads.map(({ stride }) => stride) : [];
  return Math.max(32, ...strides);
}
