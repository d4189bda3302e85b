import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTime } from '#core/time-code.js';
import { type OpenVideoOptions, openVideo } from '#media/open-video.js';
import { probe } from '#media/probe.js';
import { seekPoint } from '#media/seek-point.js';
import { makeVideo, readCounter, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const input = { width: 192, height: 192 };
const path = (name: string) => join(folder, name);

type Selection = Partial<OpenVideoOptions>;

/** What a selection gives: number, time and burnt-in counter of each frame, and its pixels. */
async function read(name: string, options: Selection) {
  const source = await openVideo(path(name), { input, fit: 'letterbox', ...options });
  const frames: { seq: number; pts: number; counter: number; pixels: Buffer }[] = [];
  for await (const frame of source) {
    const { seq, pts } = frame.stamp;
    frames.push({ seq, pts, counter: readCounter(frame), pixels: Buffer.from(frame.data) });
    source.recycle(frame.data);
  }
  return { info: source.info, frames };
}

beforeAll(async () => {
  await makeVideo(path('plain.mp4'), { frames: 50 });
  await makeVideo(path('late.ts'), { frames: 50 });
});

describe('a selection', () => {
  const numbers = (from: number, to: number, step = 1) =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
  it.each([
    ['everything', {}, numbers(0, 50)],
    ['from a time on, inclusive', { start: 0.4 }, numbers(10, 50)],
    ['up to a time, exclusive', { end: '0:00.4' }, numbers(0, 10)],
    ['between frames', { start: 0.41, end: 0.79 }, numbers(11, 20)],
    ['every third', { every: 3 }, numbers(0, 50, 3)],
    ['every third of a part', { start: '00:00:00.40', every: 3 }, numbers(10, 50, 3)],
    ['a lower rate', { fps: 5, end: 1 }, [0, 5, 10, 15, 20]],
    ['a higher rate, which repeats nothing', { fps: 50, end: 0.12 }, [0, 1, 2]],
    ['an end beyond the end', { start: 1.96, end: 99 }, [49]],
  ] as const)('of %s', async (_, options, counters) => {
    const { frames } = await read('plain.mp4', options);
    expect(frames.map((frame) => frame.counter)).toEqual(counters);
    expect(frames.map((frame) => frame.seq)).toEqual(numbers(0, counters.length));
  });

  it('counts from the first frame of a video that does not begin at zero', async () => {
    const { frames } = await read('late.ts', { start: 0.4, end: 0.48 });
    expect(frames.map(({ counter, pts }) => [counter, pts])).toEqual([
      [10, 1.8],
      [11, 1.84],
    ]);
  });

  it('takes, at a lower rate, the first frame in each interval with its own time', async () => {
    const { frames, info } = await read('plain.mp4', { fps: 10, end: 1 });
    expect(frames.map((frame) => frame.pts)).toEqual([0, 0.12, 0.2, 0.32, 0.4, 0.52, 0.6, 0.72, 0.8, 0.92]);
    expect(info).toMatchObject({ fps: 10, frames: 10 });
  });

  it.each([
    [{}, 50],
    [{ every: 3 }, 17],
    [{ start: 0.4 }, 40],
    [{ start: 1, end: 1.4, every: 4 }, 3],
  ])('tells beforehand how many frames %j gives', async (options, count) => {
    const source = await openVideo(path('plain.mp4'), { input, fit: 'letterbox', ...options });
    expect(source.info.frames).toBe(count);
  });

  it('that holds nothing says so', async () => {
    await expect(read('plain.mp4', { start: 100 })).rejects.toMatchObject({ kind: 'source', fault: 'no-frames' });
  });
});

describe('going on at a frame gives the very same pixels', () => {
  const clips = {
    'closed.mp4': { codec: ['-c:v', 'libx264', '-bf', '2', '-g', '10', '-pix_fmt', 'yuv420p'] },
    'open.mp4': { codec: ['-c:v', 'libx264', '-bf', '2', '-g', '10', '-x264-params', 'open-gop=1'] },
    'refresh.mkv': { codec: ['-c:v', 'libx264', '-g', '10', '-x264-params', 'intra-refresh=1:bframes=0'] },
    'hevc-open.mkv': {
      codec: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=10:open-gop=1:log-level=none'],
    },
    'vp9.webm': { codec: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '10'] },
    'late.mkv': { codec: ['-c:v', 'libx264', '-bf', '2', '-g', '10'], output: ['-output_ts_offset', '3.3'] },
    'stream.ts': { codec: ['-c:v', 'libx264', '-bf', '2', '-g', '10'] },
    'mpeg4.avi': { codec: ['-c:v', 'mpeg4', '-bf', '2', '-g', '10', '-q:v', '3'] },
  };
  const selections = [
    { options: {}, indices: [1, 25, 39] },
    { options: { every: 3 }, indices: [9] },
    { options: { start: 0.2, fps: 10, every: 2 }, indices: [4] },
  ];
  it.concurrent.each(Object.entries(clips))('%s', { timeout: 90_000 }, async (name, recipe) => {
    await makeVideo(path(name), { frames: 40, ...recipe });
    const facts = await probe(path(name));
    for (const { options, indices } of selections) {
      const whole = (await read(name, { ...options, facts })).frames;
      for (const index of indices) {
        const { pts, seq } = whole[index]!;
        const rest = (await read(name, { ...options, facts, resume: { pts, seq } })).frames;
        expect(rest.map(({ seq, pts }) => [seq, pts])).toEqual(whole.slice(index).map(({ seq, pts }) => [seq, pts]));
        expect(rest.every((frame, i) => frame.pixels.equals(whole[index + i]!.pixels))).toBe(true);
      }
    }
  });

  it.each([
    ['closed.mp4', 1, 0.8],
    ['open.mp4', 1, undefined],
    ['late.mkv', 4.3, 4.1],
    ['refresh.mkv', 1, undefined],
    ['hevc-open.mkv', 1, undefined],
    ['vp9.webm', 1, 0.8],
    ['stream.ts', 2.4, undefined],
    ['mpeg4.avi', 1, undefined],
  ])('seeks in %s only where that is proven', async (name, pts, keyframe) => {
    expect(await seekPoint(await probe(path(name)), pts)).toBe(keyframe);
  });

  it('a frame that is not there is an error', async () => {
    const resume = { pts: 77, seq: 3 };
    await expect(read('plain.mp4', { resume })).rejects.toThrow(/has the file changed/);
  });
});

describe('a position', () => {
  it.each([
    ['90', 90],
    ['90.5', 90.5],
    ['1:30', 90],
    ['01:00:00', 3600],
    ['00:01:30.25', 90.25],
    [12, 12],
    ['0', 0],
    ['59:59', 3599],
  ])('%s is %f s', (text, seconds) => expect(parseTime(text)).toBe(seconds));

  it.each(['', 'x', '-1', '1:60', '1:2:3:4', '1e3', '60:00:00:00', '1:', ':30'])('"%s" is refused', (text) => {
    expect(() => parseTime(text)).toThrow(/expected seconds or hh:mm:ss/);
  });
});
