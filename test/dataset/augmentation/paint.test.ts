import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { apply, chain, invert, rotation, scaling, shearing, translation } from '#dataset/augmentation/matrix.js';
import { paint } from '#dataset/augmentation/paint.js';
import { createCanvas, toPicture } from '#dataset/augmentation/picture.js';

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
