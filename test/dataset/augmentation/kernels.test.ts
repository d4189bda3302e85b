import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { shiftColours } from '#dataset/augmentation/colour.js';
import { addNoise, blur, mixIn } from '#dataset/augmentation/degrade.js';
import { residentCanvas } from '#dataset/augmentation/kernels.js';
import { KERNELS_SOURCE_SHA256 as AUGMENTATION_SHA256 } from '#dataset/augmentation/kernels-wasm.js';
import { chain, perspective, rotation, scaling, translation } from '#dataset/augmentation/matrix.js';
import { paint } from '#dataset/augmentation/paint.js';
import { type Canvas, createCanvas, toCanvas, toPicture } from '#dataset/augmentation/picture.js';
import { KERNELS_SOURCE_SHA256 as SCENES_SHA256 } from '#dataset/scenes/render/kernels-wasm.js';

describe('the kernels', () => {
  it.each([
    ['augmentation', AUGMENTATION_SHA256],
    ['scene', SCENES_SHA256],
  ])('are compiled from the source that is there (%s; run npm run kernels after a change)', (name, sha256) => {
    const source = readFileSync(`scripts/${name}-kernels.as`);
    expect(sha256).toBe(createHash('sha256').update(source).digest('hex'));
  });

  const picture = { width: 70, height: 50, data: randomBytes(3 * 70 * 50, 1) };
  const canvas = (): Canvas => ({ width: 53, height: 41, data: randomBytes(3 * 53 * 41, 2) });
  const turned = chain(scaling(0.8, 1.1), rotation(20), translation(5, -9));

  it.each<[string, (canvas: Canvas) => void]>([
    ['painting', (one) => paint(one, picture, { toCanvas: turned, crop: [3, 4, 60, 45] })],
    [
      'tilting',
      (one) => paint(one, picture, { toCanvas: chain(turned, perspective(0.002, 0.001)), crop: [3, 4, 60, 45] }),
    ],
    ['shrinking', (one) => paint(one, picture, { toCanvas: scaling(0.2), crop: [0, 0, 70, 50] })],
    ['recolouring', (one) => shiftColours(one, { hue: 0.2, saturation: 1.3, value: 0.8, offsets: [5, -5, 0] })],
    ['blurring', (one) => blur(one, 1.7)],
    ['noise', (one) => addNoise(one, new Random(3), 9)],
    ['mixing', (one) => mixIn(one, createCanvas(53, 41, 9), 0.3)],
  ])('%s gives the same in their memory and elsewhere, and touches nothing beyond the canvas', (_, run) => {
    const plain = canvas();
    const resident = residentCanvas(0, plain);
    const after = new Uint8Array(resident.data.buffer, resident.data.byteOffset + resident.data.length, 64);
    resident.data.set(plain.data);
    after.fill(77);
    run(plain);
    run(resident);
    expect(Buffer.compare(resident.data, plain.data)).toBe(0);
    expect(new Set(after)).toEqual(new Set([77]));
    expect(Buffer.compare(plain.data, canvas().data)).not.toBe(0);
  });

  it('refuse what does not fit their memory', () => {
    expect(() => residentCanvas(0, { width: 4000, height: 4000 })).toThrow(RangeError);
    const wide = { width: 9000, height: 2, data: new Uint8Array(54_000) };
    expect(() => paint(canvas(), wide, { toCanvas: scaling(1), crop: [0, 0, 9, 2] })).toThrow(RangeError);
  });

  it('turn pictures into planes and back', () => {
    expect(toPicture(toCanvas(picture))).toEqual(picture);
  });
});

function randomBytes(length: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
}
