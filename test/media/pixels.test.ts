import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fit } from '#core/card.js';
import type { Frame } from '#core/frame.js';
import { openVideo } from '#media/open-video.js';
import { ffmpegRun, rotate, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();

/** Quarters of the test picture: left and right of the top row, then of the bottom row. */
const QUARTERS = { red: [200, 30, 40], green: [20, 170, 60], blue: [40, 60, 220], grey: [180, 180, 180] } as const;
type Colour = keyof typeof QUARTERS;

interface PatternOptions {
  readonly size?: string;
  /** Filters behind the RGB picture: conversion and tags. */
  readonly filters?: string;
  readonly codec?: readonly string[];
}

async function pattern(
  name: string,
  { size = '160x96', filters, codec = ['-c:v', 'ffv1'] }: PatternOptions = {},
): Promise<string> {
  const path = join(folder, name);
  const boxes = Object.values(QUARTERS).map(([r, g, b], index) => {
    const colour = `0x${[r, g, b].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
    return `drawbox=x=iw/2*${index % 2}:y=ih/2*${Math.floor(index / 2)}:w=iw/2+1:h=ih/2+1:color=${colour}:t=fill`;
  });
  const chain = [
    'format=gbrp',
    `scale=${size.replace('x', ':')}`,
    'setsar=1',
    ...boxes,
    ...(filters ? [filters] : []),
  ].join(',');
  await ffmpegRun([
    '-f',
    'lavfi',
    '-i',
    'color=black:size=64x64:rate=5',
    '-frames:v',
    '2',
    '-vf',
    chain,
    ...codec,
    path,
  ]);
  return path;
}

async function firstFrame(path: string, width = 128, height = 128, fit: Fit = 'letterbox'): Promise<Frame> {
  const source = await openVideo(path, { input: { width, height }, fit });
  for await (const frame of source) return frame;
  throw new Error('no frame');
}

/** RGB at a place of the source picture, fractions of its size. */
function at({ data, letterbox }: Frame, u: number, v: number): number[] {
  const { source, input, scaleX, scaleY, left, top } = letterbox;
  const x = Math.floor(left + u * source.width * scaleX);
  const y = Math.floor(top + v * source.height * scaleY);
  return pixel({ data, letterbox } as Frame, x, y, input.width * input.height);
}

function pixel(
  { data, letterbox }: Frame,
  x: number,
  y: number,
  plane = letterbox.input.width * letterbox.input.height,
): number[] {
  return [0, 1, 2].map((channel) => data[channel * plane + y * letterbox.input.width + x]!);
}

/** The quarters as they should be seen, row by row. */
function expectQuarters(frame: Frame, names: readonly Colour[], tolerance = 3): void {
  const places = [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ] as const;
  const seen = places.map(([u, v]) => at(frame, u, v));
  const far = seen.some((rgb, index) =>
    rgb.some((value, c) => Math.abs(value - QUARTERS[names[index]!][c]!) > tolerance),
  );
  if (far) expect(seen).toEqual(names.map((name) => QUARTERS[name]));
}

const UPRIGHT: readonly Colour[] = ['red', 'green', 'blue', 'grey'];

describe('colours come out right', () => {
  const yuv = (matrix: string, range: string, format: string) =>
    `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd+full_chroma_inp,format=${format},` +
    `setparams=colorspace=${matrix === 'bt601' ? 'smpte170m' : matrix}:range=${range}`;
  it.concurrent.each([
    ['BT.601, limited range', yuv('bt601', 'tv', 'yuv420p')],
    ['BT.709, limited range', yuv('bt709', 'tv', 'yuv420p')],
    ['BT.709, full range', yuv('bt709', 'pc', 'yuv420p')],
    ['BT.601, full range, 4:2:2', yuv('bt601', 'pc', 'yuv422p')],
    ['10 bits', yuv('bt709', 'tv', 'yuv420p10le')],
    ['12 bits, 4:4:4', yuv('bt709', 'tv', 'yuv444p12le')],
    ['RGB', 'format=bgr0'],
    ['planar RGB', 'format=gbrp'],
    ['RGB of 16 bits', 'format=rgb48le'],
  ])('%s', async (name, filters) => {
    const path = await pattern(`${name.replaceAll(/\W/g, '')}.mkv`, { filters });
    expectQuarters(await firstFrame(path), UPRIGHT);
  });

  it('through H.264', async () => {
    const codec = ['-c:v', 'libx264', '-qp', '2', '-pix_fmt', 'yuv420p', '-colorspace', 'bt709', '-color_range', 'tv'];
    const path = await pattern('h264.mp4', { filters: yuv('bt709', 'tv', 'yuv420p'), codec });
    expectQuarters(await firstFrame(path), UPRIGHT);
  });

  it('grayscale is the same in all channels', async () => {
    const frame = await firstFrame(await pattern('gray.mkv', { filters: 'format=gray' }));
    for (const [u, v] of [
      [0.25, 0.25],
      [0.75, 0.75],
    ] as const)
      expect(new Set(at(frame, u, v)).size).toBe(1);
    expect(Math.abs(at(frame, 0.75, 0.75)[0]! - 180)).toBeLessThanOrEqual(2);
  });

  it('what is transparent shows the padding', async () => {
    const half = "format=gbrap,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,W/2),255,0)',format=rgba";
    const frame = await firstFrame(await pattern('alpha.mov', { filters: half, codec: ['-c:v', 'png'] }));
    expect(at(frame, 0.25, 0.25)).toEqual(QUARTERS.red);
    expect(at(frame, 0.75, 0.25)).toEqual([114, 114, 114]);
  });
});

describe('geometry comes out right', () => {
  it('pads with the exact grey around a centred picture', async () => {
    const frame = await firstFrame(await pattern('wide.mkv'));
    expect(frame.letterbox).toMatchObject({ left: 0, top: 25, scaleX: 0.8, scaleY: 77 / 96 });
    for (let x = 0; x < 128; x += 1) {
      expect(pixel(frame, x, 24)).toEqual([114, 114, 114]);
      expect(pixel(frame, x, 102)).toEqual([114, 114, 114]);
    }
    expectClose(pixel(frame, 2, 25), QUARTERS.red);
    expectClose(pixel(frame, 125, 101), QUARTERS.grey);
    expectQuarters(frame, UPRIGHT);
  });

  it('pads to the right and bottom, or not at all, as the model wants', async () => {
    const path = await pattern('fits.mkv');
    const topLeft = await firstFrame(path, 128, 128, 'letterbox-top-left');
    expect(topLeft.letterbox).toMatchObject({ left: 0, top: 0 });
    expectQuarters(topLeft, UPRIGHT);
    expect(pixel(topLeft, 0, 127)).toEqual([114, 114, 114]);
    const stretched = await firstFrame(path, 128, 128, 'stretch');
    expect(stretched.letterbox).toMatchObject({ left: 0, top: 0, scaleX: 0.8, scaleY: 128 / 96 });
    expectQuarters(stretched, UPRIGHT);
    expectClose(pixel(stretched, 127, 127), QUARTERS.grey);
  });

  it.each([
    [90, ['blue', 'red', 'grey', 'green']],
    [180, ['grey', 'blue', 'green', 'red']],
    [270, ['green', 'grey', 'red', 'blue']],
  ] as const)('turns by %i degrees clockwise', async (clockwise, names) => {
    const codec = ['-c:v', 'libx264', '-qp', '2', '-pix_fmt', 'yuv444p'];
    const path = await pattern(`to-turn${clockwise}.mp4`, { codec });
    const frame = await firstFrame(await rotate(path, join(folder, `turned${clockwise}.mp4`), clockwise));
    expect(frame.stamp.size).toEqual(clockwise === 180 ? { width: 160, height: 96 } : { width: 96, height: 160 });
    expectQuarters(frame, names);
  });

  it.each([
    ['odd sides', '161x97', 161, 97],
    ['a tiny picture', '4x4', 4, 4],
    ['a tall picture', '20x300', 20, 300],
  ])('takes %s', async (_, size, width, height) => {
    const frame = await firstFrame(await pattern(`${size}.mkv`, { size }));
    expect(frame.stamp.size).toEqual({ width, height });
    expectQuarters(frame, UPRIGHT);
  });

  it('takes odd sides with halved chroma', async () => {
    const codec = ['-c:v', 'mpeg4', '-q:v', '1', '-pix_fmt', 'yuv420p'];
    const frame = await firstFrame(await pattern('odd420.mkv', { size: '161x97', codec }));
    expect(frame.stamp.size).toEqual({ width: 161, height: 97 });
    expectQuarters(frame, UPRIGHT, 8);
  });

  it('keeps the shape that is seen when pixels are not square', async () => {
    const frame = await firstFrame(await pattern('anamorphic.mkv', { filters: 'setsar=2' }));
    // 160x96 stored is shown as 320x96: 128x38 in the input.
    expect(frame.letterbox).toMatchObject({ left: 0, top: 45, scaleX: 0.8, scaleY: 38 / 96 });
    expect(frame.stamp.size).toEqual({ width: 160, height: 96 });
    expectQuarters(frame, UPRIGHT);
    expect(pixel(frame, 64, 44)).toEqual([114, 114, 114]);
  });

  it('leaves interlaced pictures as they are', async () => {
    const frame = await firstFrame(
      await pattern('fields.mkv', { filters: 'format=yuv420p,setfield=tff', codec: ['-c:v', 'ffv1'] }),
    );
    expectQuarters(frame, UPRIGHT);
  });
});

function expectClose(seen: readonly number[], wanted: readonly number[]): void {
  if (seen.some((value, c) => Math.abs(value - wanted[c]!) > 4)) expect(seen).toEqual(wanted);
}
