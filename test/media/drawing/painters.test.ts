import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { paintOnCanvas } from '#media/drawing/canvas-painter.js';
import { chipSize, drawChip } from '#media/drawing/chip.js';
import type { Mark } from '#media/drawing/marks.js';
import { styleFor } from '#media/drawing/style.js';
import { type Matrix, toYuv } from '#media/drawing/yuv.js';
import { YuvPainter } from '#media/drawing/yuv-painter.js';
import { colourOf } from '#vision/colours.js';

const size = { width: 96, height: 64 };
const style = styleFor(size);

/** An evenly gray picture and what marks make of it. */
function painted(marks: readonly Mark[], matrix: Matrix = 'bt601'): Uint8Array {
  const picture = new Uint8Array(size.width * size.height * 1.5).fill(128);
  new YuvPainter(size, style, matrix).paint(picture, marks);
  return picture;
}

/** RGB of a pixel of such a picture, by the inverse of BT.601. */
function rgbAt(picture: Uint8Array, x: number, y: number): number[] {
  const luma = ((picture[y * size.width + x]! - 16) * 255) / 219;
  const chroma = (y >> 1) * (size.width / 2) + (x >> 1);
  const pixels = size.width * size.height;
  const u = ((picture[pixels + chroma]! - 128) * 255) / 224;
  const v = ((picture[pixels * 1.25 + chroma]! - 128) * 255) / 224;
  return [luma + 1.402 * v, luma - 0.344136 * u - 0.714136 * v, luma + 1.772 * u].map(Math.round);
}

const box: Mark = { kind: 'box', left: 20, top: 20, right: 60, bottom: 50, thickness: 4, colour: colourOf('person') };

describe('luma and chroma', () => {
  it.each([
    ['white', 'bt601', [255, 255, 255], [235, 128, 128]],
    ['black', 'bt709', [0, 0, 0], [16, 128, 128]],
    ['red of BT.601', 'bt601', [255, 0, 0], [81, 90, 240]],
    ['blue of BT.601', 'bt601', [0, 0, 255], [41, 240, 110]],
    ['red of BT.709', 'bt709', [255, 0, 0], [63, 102, 240]],
    ['green of BT.709', 'bt709', [0, 255, 0], [173, 42, 26]],
    ['red of BT.2020', 'bt2020', [255, 0, 0], [74, 97, 240]],
  ] as const)('of %s are those of the standard', (_, matrix, [r, g, b], yuv) =>
    expect(toYuv(r, g, b, matrix)).toEqual(yuv),
  );
});

describe('the painter of yuv420p', () => {
  it('draws the four bars in the colour and touches nothing but them and their rims', () => {
    const picture = painted([box]);
    const { red, green, blue } = box.colour;
    for (let y = 0; y < size.height; y += 1) {
      for (let x = 0; x < size.width; x += 1) {
        const [dx, dy] = [Math.min(x - 20, 59 - x), Math.min(y - 20, 49 - y)];
        const depth = Math.min(dx, dy);
        if (depth >= 0 && depth < 4) {
          for (const [c, value] of rgbAt(picture, x, y).entries())
            expect(Math.abs(value - [red, green, blue][c]!)).toBeLessThan(4);
        } else if (depth === -1 || depth === 4) expect(picture[y * 96 + x]).toBe(72);
        else expect(rgbAt(picture, x, y)).toEqual([130, 130, 130]);
      }
    }
  });

  it('cuts what lies at the edge, labels and dots included', () => {
    const colour = colourOf('car');
    const marks: Mark[] = [
      { ...box, left: 0, top: 0, right: 96, bottom: 64, kind: 'box' },
      { kind: 'dot', x: 0, y: 0, radius: 6, colour },
      { kind: 'dot', x: 95, y: 63, radius: 6, colour },
      { kind: 'label', left: 80, top: 56, right: 96, bottom: 64, text: 'car 0.50', colour },
    ];
    const guarded = new Uint8Array(size.width * size.height * 1.5 + 64).fill(7);
    new YuvPainter(size, style, 'bt601').paint(guarded.subarray(32, -32), marks);
    expect([...guarded.subarray(0, 32), ...guarded.subarray(-32)]).toEqual(Array(64).fill(7));
  });

  it('draws a label as the canvas does', () => {
    const text = '#7 person 0.87';
    const label: Mark = { kind: 'label', left: 2, top: 4, right: 96, bottom: 40, text, colour: colourOf('person') };
    const picture = painted([label]);
    const canvas = createCanvas(size.width, size.height);
    const context = canvas.getContext('2d');
    context.fillStyle = 'rgb(130, 130, 130)';
    context.fillRect(0, 0, size.width, size.height);
    paintOnCanvas(context, [label], style.fontPx);
    const { data } = context.getImageData(0, 0, size.width, size.height);
    let [sum, worst] = [0, 0];
    for (let i = 0; i < size.width * size.height; i += 1) {
      const luma = 16 + (219 / 255) * (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!);
      const off = Math.abs(luma - picture[i]!);
      sum += off;
      worst = Math.max(worst, off);
    }
    expect(worst).toBeLessThan(4);
    expect(sum / (size.width * size.height)).toBeLessThan(1.2);
  });

  it('wants even sides', () => {
    expect(() => new YuvPainter({ width: 95, height: 64 }, style, 'bt601')).toThrow(/even sides, got 95x64/);
  });
});

describe('a label of the bundled font', () => {
  it('has the same width and pixels everywhere', () => {
    expect(chipSize('person 0.87', 16)).toEqual({ width: 106, height: 22 });
    const { data } = drawChip('person 0.87', colourOf('person'), 16).getContext('2d').getImageData(0, 0, 106, 22);
    const dark = data.filter((value, index) => index % 4 === 0 && value < 60).length;
    expect(dark).toBeGreaterThan(200);
    expect(dark).toBeLessThan(600);
  });
});
