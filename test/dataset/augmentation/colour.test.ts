import { describe, expect, it } from 'vitest';
import type { Annotation } from '#core/annotation.js';
import { Random } from '#core/random.js';
import { colourComponents, IMAGENET_COMPONENTS, pcaOffsets, shiftColours } from '#dataset/augmentation/colour.js';
import { compose, drawRecipe } from '#dataset/augmentation/compose.js';
import { addNoise, blur, cutOut, mixIn, symmetricBeta } from '#dataset/augmentation/degrade.js';
import { pasteObjects } from '#dataset/augmentation/paste.js';
import { type Canvas, createCanvas } from '#dataset/augmentation/picture.js';
import { NO_AUGMENTATION } from '#dataset/augmentation/policy.js';
import { brightBox, edgeError, ellipsePicture } from './scene.js';

function noisyCanvas(width: number, height: number, seed = 1): Canvas {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.below(256)) };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** HSV as the textbook has it (Smith 1978), one colour at a time. */
function slowHsv(rgb: readonly number[], hue: number, saturation: number, value: number): number[] {
  const [r, g, b] = rgb.map((level) => level / 255) as [number, number, number];
  const max = Math.max(r, g, b);
  const d = max - Math.min(r, g, b);
  let h = d === 0 ? 0 : max === r ? ((g - b) / d + 6) % 6 : max === g ? (b - r) / d + 2 : (r - g) / d + 4;
  h = (((h / 6 + hue) % 1) + 1) % 1;
  const s = Math.min(1, (max === 0 ? 0 : d / max) * saturation);
  const v = Math.min(1, max * value);
  return [5, 3, 1].map((n) => {
    const k = (n + h * 6) % 6;
    return 255 * (v - v * s * Math.max(0, Math.min(k, 4 - k, 1)));
  });
}

describe('shiftColours in HSV', () => {
  it.each([
    [0, 1, 1],
    [0.1, 1, 1],
    [-0.25, 1, 1],
    [0, 0, 1],
    [0, 1.8, 1],
    [0, 1, 0.4],
    [0.5, 0.6, 1.7],
  ])('turns by %f, saturation %f, value %f as the textbook does, within a level', (hue, saturation, value) => {
    const canvas = noisyCanvas(30, 30);
    canvas.data.set([0, 255, 7, 0, 255, 7], 0);
    const before = canvas.data.slice();
    shiftColours(canvas, { hue, saturation, value });
    for (let at = 0; at < 900; at++) {
      const expected = slowHsv([before[at]!, before[at + 900]!, before[at + 1800]!], hue, saturation, value);
      for (let c = 0; c < 3; c++) expect(Math.abs(canvas.data[at + c * 900]! - expected[c]!)).toBeLessThan(1.01);
    }
  });
});

describe('shiftColours by channel and PCA', () => {
  it('scales and shifts each channel, held within a byte', () => {
    const canvas = createCanvas(1, 1, 100);
    shiftColours(canvas, { gains: [1.1, 1, 3], offsets: [0, -120, 0] });
    expect([...canvas.data]).toEqual([110, 0, 255]);
  });

  it('finds the components of colours that lie along one direction', () => {
    const random = new Random(2);
    const data = new Uint8Array(3 * 5000);
    for (let at = 0; at < 5000; at++) {
      const along = 20 * random.normal();
      data.set([128 + 0.8 * along, 128 + 0.6 * along, 128 + 2 * random.normal()].map(Math.round), 3 * at);
    }
    const { deviations, vectors } = colourComponents([{ width: 100, height: 50, data }], 1);
    expect(deviations[0]).toBeCloseTo(20, 0);
    expect(deviations[1]).toBeCloseTo(2, 0);
    expect(Math.abs(vectors[0]![0] * 0.8 + vectors[0]![1] * 0.6)).toBeGreaterThan(0.999);
    expect(() => colourComponents([])).toThrow(RangeError);
  });

  it('shifts along the components by their size (AlexNet)', () => {
    const random = new Random(3);
    const offsets = Array.from({ length: 4000 }, () => pcaOffsets(random, 0.1));
    IMAGENET_COMPONENTS.vectors.forEach((vector, k) => {
      const along = offsets.map((offset) => offset.reduce((sum, value, c) => sum + value * vector[c]!, 0));
      const deviation = Math.sqrt(mean(along.map((value) => value ** 2)));
      expect(deviation / (0.1 * IMAGENET_COMPONENTS.deviations[k]!)).toBeCloseTo(1, 1);
    });
  });
});

describe('blur and noise', () => {
  it('spreads a point by the given sigma and keeps its sum', () => {
    const canvas = createCanvas(31, 31, 0);
    canvas.data[15 * 31 + 15] = 255;
    canvas.data.fill(90, 961, 1922);
    const float = { ...canvas, data: canvas.data };
    blur(float, 2);
    let [sum, spread] = [0, 0];
    for (let at = 0; at < 961; at++) {
      sum += canvas.data[at]!;
      spread += canvas.data[at]! * ((at % 31) - 15) ** 2;
    }
    expect(sum / 255).toBeCloseTo(1, 0);
    expect(Math.sqrt(spread / sum)).toBeGreaterThan(1.7);
    expect(Math.sqrt(spread / sum)).toBeLessThan(2.2);
    expect(new Set(canvas.data.subarray(961, 1922))).toEqual(new Set([90]));
  });

  it('adds noise of the given strength and no bias, another one each time', () => {
    const canvas = createCanvas(100, 100, 128);
    const random = new Random(6);
    addNoise(canvas, random, 8);
    expect(Math.abs(mean(canvas.data) - 128)).toBeLessThan(0.3);
    expect(Math.sqrt(mean(canvas.data.map((level) => (level - 128) ** 2 / 4)) * 4)).toBeGreaterThan(6.5);
    const again = createCanvas(100, 100, 128);
    addNoise(again, random, 8);
    expect(Buffer.compare(canvas.data, again.data)).not.toBe(0);
    const black = createCanvas(9, 9, 0);
    addNoise(black, random, 0);
    expect(new Set(black.data)).toEqual(new Set([0]));
  });
});

describe('cutOut', () => {
  it('paints rectangles and takes the objects under them out', () => {
    let gone = 0;
    for (let seed = 0; seed < 40; seed++) {
      const canvas = noisyCanvas(60, 60, seed);
      const before = canvas.data.slice();
      const objects: Annotation[] = [{ box: [20, 20, 30, 30], classId: 0 }];
      const left = cutOut(canvas, objects, { random: new Random(7, seed), count: 1, size: 0.9 });
      let covered = 0;
      for (let y = 20; y < 30; y++)
        for (let x = 20; x < 30; x++) if (before[y * 60 + x] !== canvas.data[y * 60 + x]) covered++;
      if (covered > 96) expect(left).toEqual([]);
      else if (covered < 40) expect(left).toEqual(objects);
      gone += left.length === 0 ? 1 : 0;
    }
    expect(gone).toBeGreaterThan(2);
  });
});

describe('mixup', () => {
  it('blends two canvases by the share', () => {
    const canvas = createCanvas(4, 4, 200);
    mixIn(canvas, createCanvas(4, 4, 100), 0.75);
    expect(new Set(canvas.data)).toEqual(new Set([175]));
  });

  it('draws shares from Beta(k, k): mean 1/2, variance 1/(4(2k+1))', () => {
    const random = new Random(8);
    const shares = Array.from({ length: 5000 }, () => symmetricBeta(random, 8));
    expect(mean(shares)).toBeCloseTo(0.5, 2);
    expect(mean(shares.map((share) => (share - 0.5) ** 2)) * 4 * 17).toBeCloseTo(1, 1);
  });

  it('keeps the objects of both pictures', () => {
    const pictures = [
      ellipsePicture({ width: 64, height: 64 }, [5, 5, 25, 25]),
      ellipsePicture({ width: 64, height: 64 }, [40, 40, 60, 60]),
    ];
    const recipe = { tiles: [0], pasted: [], mixed: { tiles: [1], pasted: [] } };
    const canvas = createCanvas(64, 64);
    const options = { random: new Random(9), policy: NO_AUGMENTATION, pictures: (n: number) => pictures[n]! };
    expect(compose(canvas, recipe, options).map(({ box }) => box)).toEqual([
      [5, 5, 25, 25],
      [40, 40, 60, 60],
    ]);
    expect(canvas.data[15 * 64 + 15]).toBeGreaterThan(30);
    expect(canvas.data[50 * 64 + 50]).toBeGreaterThan(30);
  });
});

describe('pasteObjects', () => {
  it('puts an object where its box says, and hides little', () => {
    let pasted = 0;
    for (let seed = 0; seed < 30; seed++) {
      const canvas = createCanvas(128, 128, 0);
      const source = ellipsePicture({ width: 128, height: 128 }, [40, 40, 70, 64]);
      const there: Annotation[] = [{ box: [0, 0, 60, 60], classId: 1 }];
      const objects = pasteObjects(canvas, there, { random: new Random(10, seed), from: [source] });
      const [first, second] = objects;
      expect(first).toEqual(there[0]);
      if (second === undefined) continue;
      pasted++;
      expect(edgeError(second.box, brightBox(canvas)!)).toBeLessThan(2.5);
      expect(second.classId).toBe(0);
    }
    expect(pasted).toBeGreaterThan(15);
  });

  it.each<[string, Partial<Annotation>]>([
    ['a crowd', { crowd: true }],
    ['a difficult object', { difficult: true }],
    ['a truncated object', { truncated: true }],
    ['a hidden object', { occlusion: 0.5 }],
  ])('does not take %s', (_, flags) => {
    const source = ellipsePicture({ width: 128, height: 128 }, [40, 40, 70, 64]);
    const annotations = source.annotations.map((one) => ({ ...one, ...flags }));
    const canvas = createCanvas(128, 128, 0);
    expect(pasteObjects(canvas, [], { random: new Random(1), from: [{ ...source, annotations }] })).toEqual([]);
  });
});

describe('drawRecipe', () => {
  it('names the picture itself and its partners', () => {
    const policy = { ...NO_AUGMENTATION, mosaic: { probability: 1, closeEpochs: 0 }, mixup: { probability: 1, k: 8 } };
    const recipe = drawRecipe(5, new Random(1), { policy, partner: () => 9 });
    expect([...recipe.tiles].sort()).toEqual([5, 9, 9, 9]);
    expect(recipe.mixed?.tiles).toEqual([9, 9, 9, 9]);
    expect(recipe.mixed?.mixed).toBeUndefined();
    expect(drawRecipe(5, new Random(1), { policy: NO_AUGMENTATION, partner: () => 9 })).toEqual({
      tiles: [5],
      pasted: [],
    });
  });
});
