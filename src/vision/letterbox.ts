import type { Box } from '#core/box.js';
import type { Fit } from '#core/card.js';
import type { Landmark } from '#core/landmark.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Size } from '#core/size.js';

export interface LetterboxOptions {
  /** The picture as boxes are reported: after rotation, storage pixels. */
  readonly source: Size;
  readonly input: Size;
  readonly fit: Fit;
  /** Width over height of one source pixel (sample aspect ratio); 1 by default. */
  readonly sampleAspect?: number;
}

/**
 * Where a picture is put into a model's input.
 *
 * - `letterbox`: the largest size of the same shape, sides rounded half to even, padding halved with the odd pixel to the
 *   right and bottom (Ultralytics `LetterBox` without `auto`: `round(side * r)`, `round(padding / 2 - 0.1)`).
 * - `letterbox-top-left`: sides truncated, all padding to the right and bottom (YOLOX `preproc`, insightface `SCRFD.detect`).
 *   A side that should fill the input does, where the reference loses a pixel to rounding of `side * (input / side)`.
 * - `stretch`: fills the input.
 *
 * A picture is never less than one px wide or high. Ultralytics and YOLOX map boxes back by the unrounded ratio; here the
 * picture's edges are mapped exactly onto the source's edges, which differs by less than one input px.
 * @throws RangeError for sizes that are not integers above 0 or an aspect that is not above 0.
 */
export function letterbox({ source, input, fit, sampleAspect = 1 }: LetterboxOptions): Letterbox {
  checkSize('source', source);
  checkSize('input', input);
  if (!(sampleAspect > 0 && sampleAspect < Infinity)) {
    throw new RangeError(`letterbox: expected a sample aspect ratio above 0, got ${sampleAspect}`);
  }
  const picture = fit === 'stretch' ? input : fitted({ source, input, fit, sampleAspect });
  const centred = fit === 'letterbox';
  return {
    source,
    input,
    scaleX: picture.width / source.width,
    scaleY: picture.height / source.height,
    left: centred ? Math.floor((input.width - picture.width) / 2) : 0,
    top: centred ? Math.floor((input.height - picture.height) / 2) : 0,
  };
}

/** Size of the scaled picture inside the input, whole px: what a scaler has to produce before it pads. */
export function pictureSize({ source, scaleX, scaleY }: Letterbox): Size {
  return { width: Math.round(source.width * scaleX), height: Math.round(source.height * scaleY) };
}

/** A box of input px in source px, clipped to the source. A box beside the picture becomes one without area. */
export function toSource(box: Box, { source, scaleX, scaleY, left, top }: Letterbox): Box {
  return [
    clamp((box[0] - left) / scaleX, source.width),
    clamp((box[1] - top) / scaleY, source.height),
    clamp((box[2] - left) / scaleX, source.width),
    clamp((box[3] - top) / scaleY, source.height),
  ];
}

/** A box of source px in input px. Inverse of {@link toSource} for boxes inside the source. */
export function toInput(box: Box, { scaleX, scaleY, left, top }: Letterbox): Box {
  return [box[0] * scaleX + left, box[1] * scaleY + top, box[2] * scaleX + left, box[3] * scaleY + top];
}

/** A landmark of input px in source px; not clipped, a point may lie outside of the picture. */
export function landmarkToSource([x, y, visibility]: Landmark, { scaleX, scaleY, left, top }: Letterbox): Landmark {
  return [(x - left) / scaleX, (y - top) / scaleY, visibility];
}

/** A landmark of source px in input px. */
export function landmarkToInput([x, y, visibility]: Landmark, { scaleX, scaleY, left, top }: Letterbox): Landmark {
  return [x * scaleX + left, y * scaleY + top, visibility];
}

function fitted({ source, input, fit, sampleAspect }: Required<LetterboxOptions>): Size {
  const shownWidth = source.width * sampleAspect;
  const ratio = Math.min(input.width / shownWidth, input.height / source.height);
  const whole = fit === 'letterbox' ? roundHalfToEven : truncated;
  return {
    width: Math.min(input.width, Math.max(1, whole(shownWidth * ratio))),
    height: Math.min(input.height, Math.max(1, whole(source.height * ratio))),
  };
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function truncated(value: number): number {
  return Math.floor(value + 1e-9);
}

function clamp(value: number, limit: number): number {
  return value < 0 ? 0 : Math.min(value, limit);
}

function checkSize(name: string, { width, height }: Size): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`letterbox: expected a ${name} size of integers above 0, got ${width}x${height}`);
  }
}
