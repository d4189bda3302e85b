import type { Box } from '#core/box.js';
import type { Size } from '#core/size.js';
import { apply, invert, isAffine, type Matrix, magnification } from './matrix.js';
import { type Canvas, halve, type Picture } from './picture.js';
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
  const [sx, sy] = [picture.width / size.width, picture.height / size.height];
  const [x1, y1, x2, y2] = placement.crop;
  const m = placement.toCanvas;
  const scaled: Placement = {
    ...placement,
    toCanvas: [m[0] / sx, m[1] / sy, m[2], m[3] / sx, m[4] / sy, m[5], m[6] / sx, m[7] / sy, m[8]],
    crop: [x1 * sx, y1 * sy, x2 * sx, y2 * sy],
    feather: (placement.feather ?? 0) * sx,
  };
  const growth = magnification(scaled.toCanvas, ((x1 + x2) / 2) * sx, ((y1 + y2) / 2) * sy);
  if (growth < 0.5 && Math.min(picture.width, picture.height) >= 4) paint(canvas, halve(picture), scaled, picture);
  else paintRows(canvas, picture.width < 2 || picture.height < 2 ? widen(picture) : picture, scaled);
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

function paintRows(canvas: Canvas, picture: Picture, placement: Placement): void {
  const [left, top, right, bottom] = coveredRegion(canvas, placement);
  if (left >= right) return;
  const { warp } = placement;
  const toPicture = invert(placement.toCanvas);
  const [us, vs] = [new Int32Array(right - left), new Int32Array(right - left)];
  const [dx, dy] = [new Float64Array(right - left), new Float64Array(right - left)];
  const copy = (placement.feather ?? 0) > 0 ? blendRow : copyRow;
  for (let y = top; y < bottom; y++) {
    if (warp !== undefined) {
      addRowDisplacement(warp, { y: y + 0.5, from: left, to: right, us: dx.fill(0), vs: dy.fill(0) });
      locateWarped(toPicture, { us, vs, dx, dy, x: left + 0.5, y: y + 0.5 });
    } else if (isAffine(toPicture)) locateAffine(toPicture, { us, vs, x: left + 0.5, y: y + 0.5 });
    else locateWarped(toPicture, { us, vs, dx, dy, x: left + 0.5, y: y + 0.5 });
    copy(canvas, picture, { us, vs, at: y * canvas.width + left, placement });
  }
}

interface Located {
  /** Picture coordinates, 1/256 px, of every pixel of a row. */
  readonly us: Int32Array;
  readonly vs: Int32Array;
  /** Canvas coordinates of the first pixel. */
  readonly x: number;
  readonly y: number;
}

function locateAffine([a, b, c, d, e, f]: Matrix, { us, vs, x, y }: Located): void {
  const [u0, v0] = [256 * (a * x + b * y + c), 256 * (d * x + e * y + f)];
  const [du, dv] = [256 * a, 256 * d];
  for (let n = 0; n < us.length; n++) {
    us[n] = Math.floor(u0 + n * du);
    vs[n] = Math.floor(v0 + n * dv);
  }
}

type Displaced = Located & { readonly dx: Float64Array; readonly dy: Float64Array };

function locateWarped([a, b, c, d, e, f, g, h, i]: Matrix, { us, vs, dx, dy, x, y }: Displaced): void {
  for (let n = 0; n < us.length; n++) {
    const px = x + n + dx[n]!;
    const py = y + dy[n]!;
    const w = 256 / (g * px + h * py + i);
    us[n] = Math.floor((a * px + b * py + c) * w);
    vs[n] = Math.floor((d * px + e * py + f) * w);
  }
}

/** The canvas pixels that the crop can reach: `[left, top, right, bottom]`, ends excluded. */
function coveredRegion(canvas: Canvas, { toCanvas, crop, warp }: Placement): [number, number, number, number] {
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

interface Row {
  readonly us: Int32Array;
  readonly vs: Int32Array;
  /** Offset of the first pixel in a plane. */
  readonly at: number;
  readonly placement: Placement;
}

/** Bilinear between four bytes; `ax` and `ay` in 1/256. Integers throughout, which is what makes it fast. */
function blend(a: number, b: number, c: number, d: number, ax: number, ay: number): number {
  const above = (a << 8) + Math.imul(b - a, ax);
  const below = (c << 8) + Math.imul(d - c, ax);
  return ((above << 8) + Math.imul(below - above, ay) + 32768) >> 16;
}

function copyRow(canvas: Canvas, picture: Picture, { us, vs, at, placement }: Row): void {
  const { width, height, data } = picture;
  const [x1, y1, x2, y2] = fixedPoint(placement.crop);
  const out = canvas.data;
  const plane = canvas.width * canvas.height;
  const lastX = 256 * (width - 1);
  const lastY = 256 * (height - 1);
  const below = 3 * width;
  for (let n = 0; n < us.length; n++) {
    const u = us[n]!;
    const v = vs[n]!;
    if (u < x1 || u >= x2 || v < y1 || v >= y2) continue;
    const x = u < 128 ? 0 : Math.min(u - 128, lastX);
    const y = v < 128 ? 0 : Math.min(v - 128, lastY);
    const ix = Math.min(x >> 8, width - 2);
    const iy = Math.min(y >> 8, height - 2);
    const ax = x - (ix << 8);
    const ay = y - (iy << 8);
    const p = Math.imul(iy, below) + Math.imul(ix, 3);
    const q = p + below;
    const to = at + n;
    out[to] = blend(data[p]!, data[p + 3]!, data[q]!, data[q + 3]!, ax, ay);
    out[to + plane] = blend(data[p + 1]!, data[p + 4]!, data[q + 1]!, data[q + 4]!, ax, ay);
    out[to + 2 * plane] = blend(data[p + 2]!, data[p + 5]!, data[q + 2]!, data[q + 5]!, ax, ay);
  }
}

function fixedPoint(crop: Box): [number, number, number, number] {
  return crop.map((edge) => Math.round(256 * edge)) as [number, number, number, number];
}

/** As {@link copyRow}, mixed near the edge of the crop with what is there already. */
function blendRow(canvas: Canvas, picture: Picture, row: Row): void {
  const plane = canvas.width * canvas.height;
  const [x1, y1, x2, y2] = fixedPoint(row.placement.crop);
  const feather = 256 * row.placement.feather!;
  const there = [0, 1, 2].map((c) => canvas.data.slice(c * plane + row.at, c * plane + row.at + row.us.length));
  copyRow(canvas, picture, row);
  for (let n = 0; n < row.us.length; n++) {
    const [u, v] = [row.us[n]!, row.vs[n]!];
    const depth = Math.min(u - x1, x2 - u, v - y1, y2 - v);
    if (depth < 0 || depth >= feather) continue;
    for (let c = 0; c < 3; c++) {
      const to = c * plane + row.at + n;
      canvas.data[to] = Math.round(there[c]![n]! + ((canvas.data[to]! - there[c]![n]!) * depth) / feather);
    }
  }
}
