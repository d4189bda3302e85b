import type { Box } from '#core/box.js';
import type { Fit } from '#core/card.js';
import type { Size } from '#core/size.js';
import { chain, invert, type Matrix, scaling, translation } from '#dataset/augmentation/matrix.js';
import { letterbox } from '#vision/letterbox.js';

/** One way to look at a picture: which part of it, how large, mirrored or not. */
export interface View {
  /** From source px to input px. */
  readonly toInput: Matrix;
  readonly toSource: Matrix;
  /** The part that is shown, source px. */
  readonly crop: Box;
}

export interface ViewOptions {
  readonly input: Size;
  readonly fit: Fit;
  /** Look at the mirror image too. */
  readonly flip?: boolean;
  /** Further sizes of the picture in the input, relative to filling it, 0..1. */
  readonly scales?: readonly number[];
  /** Tiles per side, overlapping by a fifth: 2 looks at four parts beside the whole. */
  readonly crops?: number;
}

const OVERLAP = 0.2;

/** All views of a picture, the plain one first. */
export function viewsOf(source: Size, options: ViewOptions): View[] {
  const { flip = false, scales = [], crops = 1 } = options;
  const whole: Box = [0, 0, source.width, source.height];
  const parts = crops > 1 ? tilesOf(source, crops) : [];
  const plain = [
    ...[1, ...scales].map((scale) => ({ crop: whole, scale })),
    ...parts.map((crop) => ({ crop, scale: 1 })),
  ];
  return plain.flatMap(({ crop, scale }) =>
    (flip ? [false, true] : [false]).map((mirrored) => viewOf(crop, { ...options, scale, mirrored })),
  );
}

function tilesOf({ width, height }: Size, count: number): Box[] {
  const side = (length: number, n: number): [number, number] => {
    const tile = length / (count - OVERLAP * (count - 1));
    const start = n * tile * (1 - OVERLAP);
    return [start, Math.min(length, start + tile)];
  };
  return Array.from({ length: count * count }, (_, n): Box => {
    const [x1, x2] = side(width, n % count);
    const [y1, y2] = side(height, Math.floor(n / count));
    return [x1, y1, x2, y2];
  });
}

function viewOf(crop: Box, { input, fit, scale, mirrored }: ViewOptions & { scale: number; mirrored: boolean }): View {
  const [x1, y1, x2, y2] = crop;
  const part = { width: Math.max(1, Math.round(x2 - x1)), height: Math.max(1, Math.round(y2 - y1)) };
  const { scaleX, scaleY, left, top } = letterbox({ source: part, input, fit });
  const shrink =
    scale === 1 ? [] : [scaling(scale), translation(centre(input.width, scale), centre(input.height, scale))];
  const mirror = mirrored ? [scaling(-1, 1), translation(input.width, 0)] : [];
  const toInput = chain(translation(-x1, -y1), scaling(scaleX, scaleY), translation(left, top), ...shrink, ...mirror);
  return { toInput, toSource: invert(toInput), crop };
}

/** Padding that keeps a shrunk input in the middle, whole px. */
function centre(side: number, scale: number): number {
  return Math.floor((side * (1 - scale)) / 2);
}

/** A box of the input in source px. */
export function boxToSource([x1, y1, x2, y2]: Box, { toSource: m }: View): Box {
  const xs = [m[0] * x1 + m[2], m[0] * x2 + m[2]];
  const ys = [m[4] * y1 + m[5], m[4] * y2 + m[5]];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Whether a box ends where the view does although the picture goes on: a part of an object, better seen in another view. */
export function isCutOff([x1, y1, x2, y2]: Box, { crop }: View, source: Size): boolean {
  const near = 0.01 * Math.max(crop[2] - crop[0], crop[3] - crop[1]);
  return (
    (crop[0] > 0 && x1 < crop[0] + near) ||
    (crop[1] > 0 && y1 < crop[1] + near) ||
    (crop[2] < source.width && x2 > crop[2] - near) ||
    (crop[3] < source.height && y2 > crop[3] - near)
  );
}
