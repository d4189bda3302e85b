import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import { Random } from '#core/random.js';
import { compose } from '#dataset/augmentation/compose.js';
import { letterbox } from '#dataset/augmentation/layout.js';
import { apply, chain, invert, rotation, scaling, shearing, translation } from '#dataset/augmentation/matrix.js';
import { paint } from '#dataset/augmentation/paint.js';
import { createCanvas, type LabelledPicture, toPicture } from '#dataset/augmentation/picture.js';
import { hideBehind, placeAnnotations } from '#dataset/augmentation/place.js';
import {
  type AugmentationPolicy,
  NO_AUGMENTATION,
  policyOfEpoch,
  STANDARD_AUGMENTATION,
} from '#dataset/augmentation/policy.js';
import { displacement, randomWarp, warped } from '#dataset/augmentation/warp.js';
import { brightBox, DOTS, dotCentre, edgeError, ellipsePicture } from './scene.js';

const SIZE = { width: 160, height: 128 };
const BOX: Box = [70, 50, 120, 85];
const POINTS: Landmark[] = [
  [80, 60, 2],
  [110, 60, 2],
  [95, 78, 1],
];
const MIRRORED = [1, 0, 2];

function run(source: LabelledPicture, policy: Partial<AugmentationPolicy>, seed: number) {
  const canvas = createCanvas(SIZE.width, SIZE.height, 0);
  const random = new Random(31, seed);
  const options = { random, policy: { ...NO_AUGMENTATION, ...policy }, mirrored: MIRRORED, pictures: () => source };
  const annotations = compose(canvas, { tiles: [0], pasted: [] }, options);
  return { canvas, annotations };
}

const GEOMETRY: [string, Partial<AugmentationPolicy>][] = [
  ['the letterbox', {}],
  ['mirroring', { mirror: 1 }],
  ['turning upside down', { flip: 1 }],
  ['random crop', { crop: { probability: 1, minArea: 0.4 } }],
  ['scale jitter', { scale: [0.4, 1.4] }],
  ['stretching', { stretch: 0.3 }],
  ['shifting', { translate: 0.15 }],
  ['rotation', { rotateDegrees: 45 }],
  ['shear', { shearDegrees: 20 }],
  ['perspective', { perspective: 0.25 }],
  ['local warping', { warp: { probability: 1, strength: 0.3, cells: 4 } }],
  ['all of them', { ...STANDARD_AUGMENTATION, ...quiet(), rotateDegrees: 15, perspective: 0.1 }],
];

/** Switches off what changes colours or hides things. */
function quiet(): Partial<AugmentationPolicy> {
  const { hsv, channels, pca, grey, blur, noise, cutout, mosaic, mixup, copyPaste } = NO_AUGMENTATION;
  return { hsv, channels, pca, grey, blur, noise, cutout, mosaic, mixup, copyPaste };
}

describe('geometry', () => {
  it.each(GEOMETRY)('%s moves boxes exactly as it moves pixels', (_, policy) => {
    let seen = 0;
    for (let seed = 0; seed < 25; seed++) {
      const { canvas, annotations } = run(ellipsePicture({ width: 200, height: 140 }, BOX), policy, seed);
      const bright = brightBox(withoutPadding(canvas));
      const [annotation] = annotations;
      if (bright === undefined || annotation === undefined || annotation.difficult) continue;
      const cut = annotation.box.some((edge, n) => edge <= 0 || edge >= [SIZE.width, SIZE.height][n % 2]!);
      if (cut) continue; // of a clipped ellipse the box is looser than the pixels
      seen++;
      expect(edgeError(annotation.box, bright), `seed ${seed}`).toBeLessThan(2);
    }
    expect(seen).toBeGreaterThan(8);
  });

  it.each(GEOMETRY)('%s moves landmarks exactly as it moves pixels, and a mirror swaps left and right', (_, policy) => {
    let seen = 0;
    for (let seed = 0; seed < 25; seed++) {
      const { canvas, annotations } = run(ellipsePicture({ width: 200, height: 140 }, BOX, POINTS), policy, seed);
      const landmarks = annotations[0]?.landmarks;
      if (landmarks === undefined || landmarks.some(([, , visibility]) => visibility === 0)) continue;
      const dots = DOTS.map((colour) => dotCentre(canvas, colour));
      if (dots.some((dot) => dot === undefined)) continue;
      seen++;
      // Which dot is shown as the first landmark tells whether it was mirrored; the third never changes its name.
      const swapped = distance(landmarks[0]!, dots[0]!) > distance(landmarks[0]!, dots[1]!);
      const order = swapped ? [1, 0, 2] : [0, 1, 2];
      landmarks.forEach((point, k) => {
        expect(distance(point, dots[order[k]!]!), `seed ${seed} landmark ${k}`).toBeLessThan(1.5);
      });
      if (policy.mirror === 1 || policy.flip === 1) expect(swapped).toBe(true);
      else if (policy.mirror === undefined) expect(swapped).toBe(false);
    }
    expect(seen).toBeGreaterThan(8);
  });

  it('makes equal pictures from equal seeds and others from others', () => {
    const source = ellipsePicture({ width: 200, height: 140 }, BOX);
    const bytes = (seed: number) =>
      Buffer.from(run(source, STANDARD_AUGMENTATION, seed).canvas.data).toString('base64');
    expect(bytes(1)).toBe(bytes(1));
    expect(bytes(1)).not.toBe(bytes(2));
  });

  it('keeps the scale jitter within its range', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { annotations } = run(
        ellipsePicture({ width: 160, height: 128 }, [70, 54, 90, 74]),
        { scale: [0.5, 1.5] },
        seed,
      );
      const width = annotations[0]!.box[2] - annotations[0]!.box[0];
      expect(width).toBeGreaterThanOrEqual(20 * 0.5 - 1e-9);
      expect(width).toBeLessThan(20 * 1.5);
    }
  });
});

describe('mosaic', () => {
  it('shows four pictures with their boxes around one point', () => {
    for (let seed = 0; seed < 20; seed++) {
      const canvas = createCanvas(SIZE.width, SIZE.height);
      const boxes: Box[] = [[10, 10, 60, 50], [90, 20, 150, 60], [20, 60, 80, 100], [60, 30, 120, 90]]; // biome-ignore format: one row
      const tiles = boxes.map((box, n) => recoloured(ellipsePicture({ width: 160, height: 110 }, box), n));
      const policy = { ...NO_AUGMENTATION, mosaic: { probability: 1, closeEpochs: 0 }, mirror: 0.5 };
      const options = { random: new Random(5, seed), policy, pictures: (n: number) => tiles[n]! };
      const annotations = compose(canvas, { tiles: [0, 1, 2, 3], pasted: [] }, options);
      for (const { box, classId, difficult } of annotations) {
        const bright = brightOf(canvas, classId);
        if (difficult || bright === undefined) continue;
        // A clipped ellipse is a little smaller than its clipped box.
        const clipped = box.some((edge, n) => edge <= 0 || edge >= [SIZE.width, SIZE.height][n % 2]!);
        expect(edgeError(box, bright), `seed ${seed}`).toBeLessThan(clipped ? 16 : 2);
      }
      expect(annotations.length).toBeGreaterThan(0);
    }
  });

  it('closes for the last epochs, and mixup with it', () => {
    const policy = { ...STANDARD_AUGMENTATION, mosaic: { probability: 0.8, closeEpochs: 10 } };
    expect(policyOfEpoch(policy, 89, 100)).toBe(policy);
    expect(policyOfEpoch(policy, 90, 100)).toMatchObject({ mosaic: { probability: 0 }, mixup: { probability: 0 } });
    expect(policyOfEpoch(policy, 0, 5).mosaic.probability).toBe(0);
    expect(policyOfEpoch({ ...policy, mosaic: { probability: 1, closeEpochs: 0 } }, 99, 100).mosaic.probability).toBe(
      1,
    );
  });
});

describe('paint', () => {
  it('copies pixel for pixel where nothing moves', () => {
    const random = new Random(8);
    const picture = { width: 9, height: 7, data: Uint8Array.from({ length: 189 }, () => random.below(256)) };
    const canvas = createCanvas(9, 7);
    paint(canvas, picture, { toCanvas: scaling(1), crop: [0, 0, 9, 7] });
    expect(toPicture(canvas).data).toEqual(picture.data);
    paint(canvas, picture, { toCanvas: chain(scaling(-1, 1), translation(9, 0)), crop: [0, 0, 9, 7] });
    expect([...toPicture(canvas).data.subarray(0, 3)]).toEqual([...picture.data.subarray(24, 27)]);
  });

  it('is bilinear: equals a slow reading to one level under any affine map', () => {
    const random = new Random(9);
    const picture = { width: 40, height: 30, data: Uint8Array.from({ length: 3600 }, () => random.below(256)) };
    const map = chain(rotation(13), shearing(4, -3), scaling(1.1, 0.9), translation(5, -2));
    const canvas = createCanvas(40, 30, 7);
    paint(canvas, picture, { toCanvas: map, crop: [0, 0, 40, 30] });
    const back = invert(map);
    for (let y = 0; y < 30; y++) {
      for (let x = 0; x < 40; x++) {
        const [u, v] = apply(back, x + 0.5, y + 0.5);
        const near = Math.min(u, v, 40 - u, 30 - v);
        if (Math.abs(near) < 0.01) continue; // on the very edge either answer is right
        const expected = near < 0 ? 7 : bilinear(picture, u - 0.5, v - 0.5);
        expect(Math.abs(canvas.data[y * 40 + x]! - expected), `${x} ${y}`).toBeLessThan(1.6);
      }
    }
  });

  it.each([
    ['one pixel', 1, 1],
    ['one row', 5, 1],
    ['one column', 1, 5],
  ])('stretches %s over the canvas', (_, width, height) => {
    const canvas = createCanvas(8, 8, 0);
    const data = new Uint8Array(3 * width * height).fill(200);
    paint(canvas, { width, height, data }, { toCanvas: scaling(8 / width, 8 / height), crop: [0, 0, width, height] });
    expect(new Set(canvas.data)).toEqual(new Set([200]));
  });

  it('shrinks without dropping pixels: a fine chequerboard becomes grey', () => {
    const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, at) =>
      (Math.floor(at / 3) + Math.floor(at / 192)) % 2 === 0 ? 0 : 254,
    );
    const canvas = createCanvas(16, 16);
    paint(canvas, { width: 64, height: 64, data }, { toCanvas: scaling(0.25), crop: [0, 0, 64, 64] });
    expect(Math.max(...canvas.data) - Math.min(...canvas.data)).toBeLessThanOrEqual(1);
    expect(Math.abs(canvas.data[0]! - 127)).toBeLessThanOrEqual(1);
  });

  it('fades out over the feather', () => {
    const canvas = createCanvas(20, 20, 0);
    const white = { width: 20, height: 20, data: new Uint8Array(1200).fill(255) };
    paint(canvas, white, { toCanvas: scaling(1), crop: [2, 2, 18, 18], feather: 4 });
    const row = [...canvas.data.subarray(200, 220)];
    expect(row.slice(0, 2)).toEqual([0, 0]);
    expect(row.slice(6, 14)).toEqual(Array(8).fill(255));
    expect(row[2]).toBeLessThan(row[3]!);
    expect(row[3]).toBeLessThan(row[4]!);
  });
});

describe('letterbox', () => {
  it.each<[string, { width: number; height: number }, [number, number, number]]>([
    ['wide', { width: 640, height: 320 }, [0.5, 0, 80]],
    ['tall', { width: 200, height: 400 }, [0.8, 80, 0]],
    ['fitting', { width: 640, height: 640 }, [0.5, 0, 0]],
    ['odd: the padding is whole px', { width: 640, height: 427 }, [0.5, 0, 53]],
  ])('%s', (_, { width, height }, [scale, left, top]) => {
    const m = letterbox([0, 0, width, height], { width: 320, height: 320 });
    expect([m[0], m[4], m[2], m[5]]).toEqual([scale, scale, left, top]);
  });
});

describe('placeAnnotations', () => {
  const place = (box: Box, x: number) =>
    placeAnnotations(
      [{ box, classId: 3 }],
      { toCanvas: translation(x, 0), crop: [0, 0, 100, 100] },
      { size: { width: 50, height: 50 } },
    );

  it.each<[string, Box, number, { box: Box; difficult?: true } | undefined]>([
    ['inside', [10, 10, 20, 20], 0, { box: [10, 10, 20, 20] }],
    ['half outside', [40, 10, 60, 20], 0, { box: [40, 10, 50, 20] }],
    ['at 30 % it still counts', [35, 10, 85, 20], 0, { box: [35, 10, 50, 20] }],
    ['below 30 % it is not asked for', [36, 10, 86, 20], 0, { box: [36, 10, 50, 20], difficult: true }],
    ['a last sliver is gone', [49.5, 10, 79.5, 20], 0, undefined],
    ['outside', [10, 10, 20, 20], 60, undefined],
    ['touching the edge', [10, 10, 20, 20], 40, undefined],
    ['too small to be seen', [10, 10, 12, 20], 0, { box: [10, 10, 12, 20], difficult: true }],
  ])('%s', (_, box, x, expected) => {
    expect(place(box, x)).toEqual(expected === undefined ? [] : [{ classId: 3, ...expected }]);
  });

  it('hides what is covered', () => {
    const hide = (cover: Box) => hideBehind([{ box: [0, 0, 10, 10], classId: 0, landmarks: [[2, 2, 2]] }], cover);
    expect(hide([20, 0, 30, 10])).toMatchObject([{ landmarks: [[2, 2, 2]] }]);
    expect(hide([0, 0, 5, 10])).toEqual([{ box: [0, 0, 10, 10], classId: 0, landmarks: [[2, 2, 0]] }]);
    expect(hide([0, 0, 6, 10])).toMatchObject([{ difficult: true }]);
    expect(hide([0, 0, 10, 10])).toEqual([]);
  });
});

describe('randomWarp', () => {
  it('has an inverse everywhere, even at the strongest', () => {
    const warp = randomWarp(new Random(4), { width: 200, height: 100, strength: 99, cell: 25 });
    for (let n = 0; n < 200; n++) {
      const random = new Random(4, n);
      const [x, y] = [random.between(10, 190), random.between(10, 90)];
      const [px, py] = warped(warp, x, y);
      const [dx, dy] = displacement(warp, px, py);
      expect(Math.hypot(px + dx - x, py + dy - y)).toBeLessThan(0.05);
    }
  });
});

const distance = ([x1, y1]: readonly number[], [x2, y2]: readonly number[]): number => Math.hypot(x1! - x2!, y1! - y2!);

/** The padding is grey (114): below the limit of what counts as bright. */
const withoutPadding = <T>(canvas: T): T => canvas;

function bilinear(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  x: number,
  y: number,
): number {
  const clamp = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
  const at = (px: number, py: number): number => data[3 * (clamp(py, height) * width + clamp(px, width))]!;
  const [ix, iy, fx, fy] = [Math.floor(x), Math.floor(y), x - Math.floor(x), y - Math.floor(y)];
  const above = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx;
  const below = at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx;
  return above * (1 - fy) + below * fy;
}

const TINTS = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]; // biome-ignore format: one row

function recoloured(source: LabelledPicture, n: number): LabelledPicture {
  source.picture.data.forEach((level, at) => {
    source.picture.data[at] = level > 0 ? TINTS[n]![at % 3]! : 0;
  });
  return { ...source, annotations: source.annotations.map((one) => ({ ...one, classId: n })) };
}

function brightOf(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  n: number,
): Box | undefined {
  const plane = width * height;
  const mask = new Uint8Array(3 * plane);
  for (let at = 0; at < plane; at++) {
    const match = TINTS[n]!.every((wanted, c) =>
      wanted > 0 ? data[at + c * plane]! >= 128 : data[at + c * plane]! < 100,
    );
    if (match) for (let c = 0; c < 3; c++) mask[at + c * plane] = 255;
  }
  return brightBox({ width, height, data: mask });
}
