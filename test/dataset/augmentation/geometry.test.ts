import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import { Random } from '#core/random.js';
import { compose } from '#dataset/augmentation/compose.js';
import { createCanvas, type LabelledPicture } from '#dataset/augmentation/picture.js';
import { type AugmentationPolicy, NO_AUGMENTATION, STANDARD_AUGMENTATION } from '#dataset/augmentation/policy.js';
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
      const bright = brightBox(canvas);
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

const distance = ([x1, y1]: readonly number[], [x2, y2]: readonly number[]): number => Math.hypot(x1! - x2!, y1! - y2!);
