import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import { compose } from '#dataset/augmentation/compose.js';
import { createCanvas, type LabelledPicture } from '#dataset/augmentation/picture.js';
import { NO_AUGMENTATION, policyOfEpoch, STANDARD_AUGMENTATION } from '#dataset/augmentation/policy.js';
import { brightBox, edgeError, ellipsePicture } from './scene.js';

const SIZE = { width: 160, height: 128 };

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
