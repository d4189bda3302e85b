import type { Box } from '#core/box.js';
import type { Size } from '#core/size.js';
import { halvePlaced, type PlacedPicture, paintAffine, paintRows, placePicture, type Region } from './kernels.js';
import { apply, invert, isAffine, type Matrix, magnification } from './matrix.js';
import type { Canvas, Picture } from './picture.js';
import { addRowDisplacement, type Warp } from './warp.js';

/** Where a picture goes on a canvas. */
export interface Placement {
  /** From picture pixels to canvas pixels (before the warp). */
  readonly toCanvas: Matrix;
  /** The part of the picture that is painted, picture px. */
  readonly crop: Box;
  readonly warp?: Warp;
  /** Width of the soft edge, picture px inside the crop; 0 for a hard one. */
  readonly feather?: number;
}

/**
 * Paints a picture once through all its geometry: bilinear, pixel centres at halves, edges repeated; canvas pixels
 * outside the crop stay as they are. Where it shrinks by more than two the picture is halved first, so that little aliases.
 * @param size the pixels that the placement counts in, where the picture has others
 */
export function paint(canvas: Canvas, picture: Picture, placement: Placement, size: Size = picture): void {
  if ((placement.feather ?? 0) > 0) {
    paintSoftly(canvas, picture, placement, size);
    return;
  }
  const wide = picture.width < 2 || picture.height < 2 ? widen(picture) : picture;
  let placed = placePicture(wide);
  let scaled = rescale(placement, size, picture);
  while (growthOf(scaled) < 0.5 && Math.min(placed.width, placed.height) >= 4) {
    const half = halvePlaced(placed);
    scaled = rescale(scaled, placed, half);
    placed = half;
  }
  paintPlaced(canvas, placed, scaled);
}

/** The same placement in the pixels of another size of the picture. */
function rescale(placement: Placement, from: Size, to: Size): Placement {
  const [sx, sy] = [to.width / from.width, to.height / from.height];
  const [x1, y1, x2, y2] = placement.crop;
  const m = placement.toCanvas;
  return {
    ...placement,
    toCanvas: [m[0] / sx, m[1] / sy, m[2], m[3] / sx, m[4] / sy, m[5], m[6] / sx, m[7] / sy, m[8]],
    crop: [x1 * sx, y1 * sy, x2 * sx, y2 * sy],
  };
}

function growthOf({ toCanvas, crop: [x1, y1, x2, y2] }: Placement): number {
  return magnification(toCanvas, (x1 + x2) / 2, (y1 + y2) / 2);
}

function paintPlaced(canvas: Canvas, picture: PlacedPicture, placement: Placement): void {
  const region = coveredRegion(canvas, placement);
  const [left, top, right, bottom] = region;
  if (left >= right || top >= bottom) return;
  const { crop, warp } = placement;
  const toPicture = invert(placement.toCanvas);
  if (warp === undefined && isAffine(toPicture)) {
    paintAffine(canvas, picture, { toPicture, crop, region });
    return;
  }
  const displace =
    warp &&
    ((y: number, dx: Float32Array, dy: Float32Array) => addRowDisplacement(warp, { y, from: left, to: right, dx, dy }));
  paintRows(canvas, picture, { toPicture, crop, region, displace });
}

/** Paints beside the canvas, then mixes in what lies deeper inside the crop the more: for small pasted parts. */
function paintSoftly(canvas: Canvas, picture: Picture, placement: Placement, size: Size): void {
  const { feather = 0, crop, toCanvas, ...rest } = placement;
  const region = coveredRegion(canvas, placement);
  const before = canvas.data.slice();
  paint(canvas, picture, { ...rest, crop, toCanvas }, size);
  const back = invert(toCanvas);
  for (let y = region[1]; y < region[3]; y++) {
    for (let x = region[0]; x < region[2]; x++) {
      const [u, v] = apply(back, x + 0.5, y + 0.5);
      const share = Math.min(u - crop[0], crop[2] - u, v - crop[1], crop[3] - v) / feather;
      if (share >= 1 || share < 0) continue;
      for (let at = y * canvas.width + x; at < canvas.data.length; at += canvas.width * canvas.height) {
        canvas.data[at] = Math.round(before[at]! + (canvas.data[at]! - before[at]!) * share);
      }
    }
  }
}

/** One pixel more to the right and below, so that every pixel has neighbours. */
function widen({ width, height, data }: Picture): Picture {
  const wide = new Uint8Array(3 * (width + 1) * (height + 1));
  for (let at = 0; at < wide.length; at++) {
    const pixel = Math.floor(at / 3);
    const x = Math.min(pixel % (width + 1), width - 1);
    const y = Math.min(Math.floor(pixel / (width + 1)), height - 1);
    wide[at] = data[3 * (y * width + x) + (at % 3)]!;
  }
  return { width: width + 1, height: height + 1, data: wide };
}

/** The canvas pixels that the crop can reach: `[left, top, right, bottom]`, ends excluded. */
function coveredRegion(canvas: Canvas, { toCanvas, crop, warp }: Placement): Region {
  const [x1, y1, x2, y2] = crop;
  const corners = [apply(toCanvas, x1, y1), apply(toCanvas, x2, y1), apply(toCanvas, x1, y2), apply(toCanvas, x2, y2)];
  const reach = warp === undefined ? 1 : 1 + Math.max(...warp.dx.map(Math.abs), ...warp.dy.map(Math.abs));
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const clip = (value: number, size: number): number => Math.min(Math.max(value, 0), size);
  return [
    clip(Math.floor(Math.min(...xs) - reach), canvas.width),
    clip(Math.floor(Math.min(...ys) - reach), canvas.height),
    clip(Math.ceil(Math.max(...xs) + reach), canvas.width),
    clip(Math.ceil(Math.max(...ys) + reach), canvas.height),
  ];
}
