import type { Box } from '#core/box.js';
import type { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import { chain, IDENTITY, type Matrix, perspective, rotation, scaling, shearing, translation } from './matrix.js';
import type { Placement } from './paint.js';
import type { AugmentationPolicy } from './policy.js';
import { randomWarp, type Warp } from './warp.js';

/** A placement, and whether the picture is mirrored (its left and right landmarks change names). */
export type Laid = Placement & { readonly mirrored: boolean };

/**
 * The letterbox of a part of a picture: as large as fits, in the middle. The padding left and above is rounded down to whole px.
 */
export function letterbox([x1, y1, x2, y2]: Box, size: Size): Matrix {
  const scale = Math.min(size.width / (x2 - x1), size.height / (y2 - y1));
  const left = Math.floor((size.width - (x2 - x1) * scale) / 2 + 1e-9);
  const top = Math.floor((size.height - (y2 - y1) * scale) / 2 + 1e-9);
  return chain(translation(-x1, -y1), scaling(scale), translation(left, top));
}

/** One picture alone on the canvas. */
export function layOutSingle(picture: Size, size: Size, options: { random: Random; policy: AugmentationPolicy }): Laid {
  const { random, policy } = options;
  const crop = random.chance(policy.crop.probability)
    ? randomCrop(picture, policy.crop.minArea, random)
    : whole(picture);
  const flips = randomFlips(picture, options);
  const seen = flippedBox(crop, picture, flips);
  const toCanvas = chain(flips.matrix, letterbox(seen, size), jitter(size, size, options));
  const warp = randomWarpOf(size, options);
  return { toCanvas, crop, mirrored: flips.mirrored, ...(warp && { warp }) };
}

/**
 * Four pictures around a random point of a canvas of twice the size, then the middle of that canvas, jittered (mosaic:
 * Bochkovskiy et al. 2020, in the form of YOLOv5). Pictures may reach beyond the double canvas, so that less stays grey.
 */
export function layOutMosaic(
  pictures: readonly Size[],
  size: Size,
  options: { random: Random; policy: AugmentationPolicy },
): Laid[] {
  const { random } = options;
  const double = { width: 2 * size.width, height: 2 * size.height };
  const [x, y] = [size.width * random.between(0.5, 1.5), size.height * random.between(0.5, 1.5)];
  const common = jitter(double, size, options);
  const warp = randomWarpOf(size, options);
  return pictures.map((picture, quarter) => {
    const scale = Math.min(size.width / picture.width, size.height / picture.height);
    const left = quarter % 2 === 0 ? x - scale * picture.width : x;
    const top = quarter < 2 ? y - scale * picture.height : y;
    const flips = randomFlips(picture, options);
    const toCanvas = chain(flips.matrix, scaling(scale), translation(left, top), common);
    return { toCanvas, crop: whole(picture), mirrored: flips.mirrored, ...(warp && { warp }) };
  });
}

function whole({ width, height }: Size): Box {
  return [0, 0, width, height];
}

/** A part of at least `minArea` with at most 4:3 of change in shape. */
export function randomCrop({ width, height }: Size, minArea: number, random: Random): Box {
  const area = random.between(minArea, 1);
  const aspect = Math.exp(random.between(-1, 1) * Math.log(4 / 3));
  const w = width * Math.min(1, Math.sqrt(area * aspect));
  const h = height * Math.min(1, Math.sqrt(area / aspect));
  const [x, y] = [random.between(0, width - w), random.between(0, height - h)];
  return [x, y, x + w, y + h];
}

interface Flips {
  readonly matrix: Matrix;
  readonly mirrored: boolean;
  readonly flipped: boolean;
}

function randomFlips(
  { width, height }: Size,
  { random, policy }: { random: Random; policy: AugmentationPolicy },
): Flips {
  const mirrored = random.chance(policy.mirror);
  const flipped = random.chance(policy.flip);
  const across = mirrored ? chain(scaling(-1, 1), translation(width, 0)) : IDENTITY;
  const down = flipped ? chain(scaling(1, -1), translation(0, height)) : IDENTITY;
  return { matrix: chain(across, down), mirrored: mirrored !== flipped, flipped };
}

function flippedBox([x1, y1, x2, y2]: Box, { width, height }: Size, { matrix }: Flips): Box {
  const [left, right] = matrix[0] < 0 ? [width - x2, width - x1] : [x1, x2];
  const [top, bottom] = matrix[4] < 0 ? [height - y2, height - y1] : [y1, y2];
  return [left, top, right, bottom];
}

/** Scale, stretch, turn, shear, tilt and shift about the middle of one canvas, onto another. */
function jitter(from: Size, to: Size, { random, policy }: { random: Random; policy: AugmentationPolicy }): Matrix {
  const scale = random.between(...policy.scale);
  const aspect = Math.exp(random.between(-1, 1) * Math.log(1 + policy.stretch)) ** 0.5;
  const around = (limit: number): number => limit * random.between(-1, 1);
  const tilt = policy.perspective / (Math.max(from.width, from.height) / 2);
  return chain(
    translation(-from.width / 2, -from.height / 2),
    perspective(around(tilt), around(tilt)),
    rotation(around(policy.rotateDegrees)),
    scaling(scale * aspect, scale / aspect),
    shearing(around(policy.shearDegrees), around(policy.shearDegrees)),
    translation(to.width * (0.5 + around(policy.translate)), to.height * (0.5 + around(policy.translate))),
  );
}

function randomWarpOf(
  { width, height }: Size,
  { random, policy }: { random: Random; policy: AugmentationPolicy },
): Warp | undefined {
  if (!random.chance(policy.warp.probability)) return undefined;
  const cell = Math.max(width, height) / policy.warp.cells;
  return randomWarp(random, { width, height, cell, strength: policy.warp.strength * cell });
}
