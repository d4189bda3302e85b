import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import { inputSizes, sizeFor } from '#core/input-sizes.js';
import type { Observation } from '#core/observation.js';
import { Random } from '#core/random.js';
import { filters } from '#media/live/live-command.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { openEngine } from '#runtime/engine.js';
import { letterbox, pictureSize } from '#vision/letterbox.js';
import { camerasOf, observations, observationsUntil, plan, untilStatus } from '../pipeline/live/support.js';
import { writeCellsModel } from '../support/cells-model.js';
import { lookout } from '../support/lookout.js';
import { ffmpegRun, makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const SIZE = { width: 384, height: 288 };
let model: string;
let engine: Engine;

beforeAll(async () => {
  model = writeCellsModel(join(folder, 'cells'), SIZE);
  engine = await openEngine({ model, device: 'cpu', workers: 1, threads: 1, cacheDir: false });
});
afterAll(() => engine.close());

/** A black film with a white rectangle in its right lower quarter. */
function film(name: string, size: string, more: Parameters<typeof makeVideo>[1] = {}): Promise<string> {
  const filters = ['drawbox=c=black:t=fill', 'drawbox=x=iw/2:y=ih/2:w=iw/2:h=ih/2:color=white:t=fill', more.filters];
  return makeVideo(join(folder, name), { frames: 12, ...more, size, filters: filters.filter(Boolean).join(',') });
}

/** The rectangle around all boxes, as fractions of the picture. */
function around({ stamp, detections }: Pick<Observation, 'stamp' | 'detections'>): number[] {
  const { width, height } = stamp.size;
  const boxes = detections.map(({ box }) => box);
  const [left, top] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side]!)));
  const [right, bottom] = [2, 3].map((side) => Math.max(...boxes.map((box) => box[side]!)));
  return [left! / width, top! / height, right! / width, bottom! / height];
}

/** Within a cell and a half of the smallest input. */
function isRightLowerQuarter([left, top, right, bottom]: number[]): boolean {
  const near = (value: number | undefined, wanted: number) => Math.abs(value! - wanted) < 0.2;
  return near(left, 0.5) && near(top, 0.5) && near(right, 1) && near(bottom, 1);
}

const SHAPES = [
  ['a camera', '640x360'],
  ['a photograph', '320x240'],
  ['a telephone', '180x320'],
  ['a square', '240x240'],
] as const;

describe('an input that takes the shape of the picture', () => {
  it.each(SHAPES)('of %s, in a file', async (_, size) => {
    const file = await film(`file-${size}.mp4`, size);
    const out = join(folder, `out-${size}`);
    await lookout(['detect', file, '--model', model, '--out', out, '--format', 'jsonl']);
    const lines = readFileSync(join(out, `file-${size}.mp4.jsonl`), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(12);
    const [width, height] = size.split('x').map(Number);
    const cells = sizeFor(inputSizes(engine.card), { width: width!, height: height! });
    for (const line of lines) {
      const { detections } = JSON.parse(line);
      expect(isRightLowerQuarter(around({ stamp: { size: { width, height } }, detections } as never))).toBe(true);
      // A quarter of the cells of this shape: another would have given another number.
      expect(detections.length).toBeGreaterThan(0.8 * Math.floor(cells.width / 64) * Math.floor(cells.height / 64));
    }
  });

  it('of pictures of all shapes in one run', async () => {
    const files = await Promise.all(
      SHAPES.map(async ([, size]) => {
        const film1 = await film(`picture-${size}.mkv`, size, { frames: 1, codec: ['-c:v', 'ffv1'] });
        const picture = join(folder, `picture-${size}.png`);
        await ffmpegRun(['-i', film1, picture]);
        return picture;
      }),
    );
    const out = join(folder, 'out-pictures');
    await lookout(['detect', ...files, '--model', model, '--out', out, '--format', 'jsonl']);
    const lines = readFileSync(join(out, 'images.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(files.length);
    for (const [n, line] of lines.entries()) {
      const [width, height] = SHAPES[n]![1].split('x').map(Number);
      const { detections } = JSON.parse(line);
      expect(isRightLowerQuarter(around({ stamp: { size: { width, height } }, detections } as never))).toBe(true);
    }
  });
});

describe('live', () => {
  let cameras: LiveCameras | undefined;
  afterEach(() => cameras?.close());

  it('has an input of its own for each camera', async () => {
    cameras = camerasOf(engine);
    const files = await Promise.all(SHAPES.map(([, size]) => film(`live-${size}.mp4`, size, { frames: 50 })));
    cameras.configure(files.map((file, n) => plan(`camera-${n}`, file)));
    const all = await Promise.all(files.map((_, n) => observations(cameras!, `camera-${n}`, 10)));
    for (const one of all.flat()) expect(isRightLowerQuarter(around(one))).toBe(true);
  });

  it('takes the new shape when a camera changes it in mid-stream', async () => {
    const parts = await Promise.all(
      ['320x240', '640x360', '180x320'].map((size, at) =>
        film(`part-${at}.mjpeg`, size, { frames: 40, codec: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'] }),
      ),
    );
    const raw = join(folder, 'parts.mjpeg');
    writeFileSync(raw, Buffer.concat(parts.map((part) => readFileSync(part))));
    const file = join(folder, 'parts.mkv');
    await ffmpegRun(['-framerate', '25', '-i', raw, '-c', 'copy', file]);
    cameras = camerasOf(engine);
    cameras.configure([plan('gate', file, { loop: false })]);
    await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
    const seen = await observationsUntil(cameras, 'gate', ({ stamp }) => stamp.seq >= 110);
    for (const one of seen) expect([one.stamp.seq, isRightLowerQuarter(around(one))]).toEqual([one.stamp.seq, true]);
    expect(new Set(seen.map(({ stamp }) => stamp.size.width))).toEqual(new Set([320, 640, 180]));
    expect(seen.at(-1)!.stamp.epoch).toBe(1);
  });
});

describe('the way of a live picture into an input of its shape', () => {
  it('is the one of files, for 30 pictures of any shape and any pixels', () => {
    const random = new Random(7, 2);
    const sizes = inputSizes(engine.card);
    for (let n = 0; n < 30; n++) {
      const source = { width: 2 * (8 + random.below(500)), height: 2 * (8 + random.below(400)) };
      const [num, den] = random.pick([
        [0, 1],
        [1, 1],
        [16, 11],
        [12, 11],
        [4, 3],
        [64, 45],
      ] as const);
      const chain = filters({ input: sizes, fit: 'letterbox', padding: 0 }).join(',');
      const bytes = execFileSync('ffmpeg', [
        ...['-v', 'error', '-f', 'lavfi', '-i', `color=white:size=${source.width}x${source.height}`],
        ...['-frames:v', '1', '-vf', `setsar=${num}/${den},${chain}`, '-f', 'rawvideo', '-'],
      ]);
      const sampleAspect = num === 0 ? 1 : num / den;
      const input = sizeFor(sizes, source, sampleAspect);
      expect([source, num, den, bytes.length]).toEqual([source, num, den, 3 * input.width * input.height]);
      const fitted = letterbox({ source, input, fit: 'letterbox', sampleAspect });
      const { width, height } = pictureSize(fitted);
      const at = (x: number, y: number) => bytes[y * input.width + x]!;
      const [right, bottom] = [fitted.left + width - 1, fitted.top + height - 1];
      expect([at(fitted.left, fitted.top), at(right, bottom)].every((value) => value > 200)).toBe(true);
      if (fitted.left > 0) expect(at(fitted.left - 1, fitted.top)).toBe(0);
      if (fitted.top > 0) expect(at(fitted.left, fitted.top - 1)).toBe(0);
      if (right + 1 < input.width) expect(at(right + 1, bottom)).toBe(0);
      if (bottom + 1 < input.height) expect(at(right, bottom + 1)).toBe(0);
    }
  });
});
