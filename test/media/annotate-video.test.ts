import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detection } from '#core/detection.js';
import type { Frame } from '#core/frame.js';
import type { Observation } from '#core/observation.js';
import { type AnnotateVideoOptions, annotateVideo } from '#media/annotate-video.js';
import { openVideo } from '#media/open-video.js';
import { probe, type VideoFacts } from '#media/probe.js';
import { colourOf } from '#vision/colours.js';
import { childrenNamed } from '../support/processes.js';
import { ffmpegRun, frameTimes, makeVideo, rotate, temporaryFolder, type VideoRecipe } from '../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

const person: Detection = { box: [40, 40, 80, 72], label: 'person', classId: 0, score: 0.87 };

async function* observe(
  times: readonly number[],
  detections: readonly Detection[] = [person],
): AsyncGenerator<Observation> {
  for (const [seq, pts] of times.entries()) {
    yield { stamp: { source: 'x', seq, pts, size: { width: 160, height: 96 } }, detections };
  }
}

const times = (name: string) => frameTimes(path(name)).map((time) => time!);

async function annotate(name: string, target: string, options: Partial<AnnotateVideoOptions> = {}): Promise<number> {
  return annotateVideo(path(name), { observations: observe(times(name)), target: path(target), ...options });
}

async function frames(name: string): Promise<Frame[]> {
  const { size } = await probe(path(name));
  const all: Frame[] = [];
  for await (const frame of await openVideo(path(name), { input: size, fit: 'stretch' })) all.push(frame);
  return all;
}

function rgb({ data, letterbox: { input } }: Frame, x: number, y: number): number[] {
  const plane = input.width * input.height;
  return [0, 1, 2].map((channel) => data[channel * plane + y * input.width + x]!);
}

function far(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

/** Checksum of the sound's packets. */
function soundOf(name: string): string {
  const args = ['-v', 'error', '-i', path(name), '-map', '0:a', '-c', 'copy', '-f', 'streamhash', '-'];
  return execFileSync('ffmpeg', args, { encoding: 'utf8' });
}

beforeAll(async () => {
  await makeVideo(path('plain.mp4'), { frames: 20, audio: true });
});

describe('an annotated video has the frames and times of its source', () => {
  const cases: readonly [name: string, file: string, recipe: VideoRecipe, facts?: Partial<VideoFacts>][] = [
    ['a plain one', 'a.mp4', { audio: true }],
    [
      'a variable rate',
      'vfr.mkv',
      { filters: "settb=1/1000,setpts='(N+floor(N/3)+2*floor(N/7))*40'", output: ['-vsync', 'vfr'] },
    ],
    [
      'NTSC with B-frames',
      'ntsc.mp4',
      { fps: '30000/1001', codec: ['-c:v', 'libx264', '-bf', '2', '-pix_fmt', 'yuv420p'] },
    ],
    ['a picture that begins after the sound', 'late.mkv', { audio: true, filters: 'setpts=PTS+0.2/TB' }],
    ['a late start', 'start.ts', { audio: true }],
    [
      'a start below zero',
      'below.wmv',
      { codec: ['-c:v', 'mpeg4', '-bf', '0'], output: ['-output_ts_offset', '-0.5', '-avoid_negative_ts', 'disabled'] },
    ],
    ['sound that MP4 cannot hold', 'pcm.mov', { audio: true, output: ['-c:a', 'pcm_s16le'] }],
    ['full range', 'full.mp4', { codec: ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p'] }],
    ['10 bits', 'ten.mkv', { codec: ['-c:v', 'ffv1', '-pix_fmt', 'yuv422p10le'] }],
    ['RGB with transparency', 'rgba.mov', { codec: ['-c:v', 'png', '-pix_fmt', 'rgba'] }],
    ['anamorphic pixels', 'wide.mp4', { filters: 'setsar=4/3' }],
    ['odd sides', 'odd.mkv', { filters: 'scale=161:97', codec: ['-c:v', 'ffv1', '-pix_fmt', 'yuv444p'] }],
  ];
  it.concurrent.each(cases)('%s', { timeout: 60_000 }, async (_, file, recipe) => {
    await makeVideo(path(file), { frames: 18, ...recipe });
    const source = await probe(path(file));
    expect(await annotate(file, `${file}.out.mp4`)).toBe(18);
    const copy = await probe(path(`${file}.out.mp4`));
    expect(copy).toMatchObject({
      codec: 'h264',
      pixelFormat: 'yuv420p',
      rotation: 0,
      sampleAspect: source.sampleAspect,
      frames: 18,
    });
    expect(copy.size).toEqual({
      width: 2 * Math.ceil(source.size.width / 2),
      height: 2 * Math.ceil(source.size.height / 2),
    });
    const shown = times(file).map((time) => time - source.containerStart);
    const written = times(`${file}.out.mp4`);
    expect(written).toHaveLength(shown.length);
    for (const [index, time] of written.entries()) expect(time).toBeCloseTo(shown[index]!, 5);
    const length = shown.at(-1)! - shown[0]! + (shown.at(-1)! - shown.at(-2)!);
    expect(Math.abs(copy.duration! - length)).toBeLessThan(0.05);
    expect(copy.audioCodecs).toEqual(source.audioCodecs.length ? ['aac'] : []);
  });

  it('turned upright', async () => {
    const turned = await rotate(path('plain.mp4'), path('turned.mp4'), 90);
    await annotateVideo(turned, { observations: observe([]), target: path('upright.mp4') });
    expect(await probe(path('upright.mp4'))).toMatchObject({ rotation: 0, size: { width: 96, height: 160 } });
  });
});

describe('an annotated video', () => {
  it('keeps the sound as it is where MP4 can hold it', async () => {
    await annotate('plain.mp4', 'sound.mp4');
    expect(soundOf('sound.mp4')).toBe(soundOf('plain.mp4'));
  });

  it('can be played while it loads', async () => {
    await annotate('plain.mp4', 'fast.mp4');
    const bytes = readFileSync(path('fast.mp4')).toString('latin1');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  it('has equal bytes for equal input', async () => {
    await annotate('plain.mp4', 'one.mp4');
    await annotate('plain.mp4', 'two.mp4');
    expect(readFileSync(path('one.mp4')).equals(readFileSync(path('two.mp4')))).toBe(true);
  });

  it('shows the box in the colour of its class, the label above it, and leaves the rest alone', async () => {
    await makeVideo(path('still.mp4'), {
      frames: 5,
      picture: 'color=gray',
      codec: ['-c:v', 'libx264', '-qp', '4', '-pix_fmt', 'yuv420p'],
    });
    const half = times('still.mp4').slice(0, 3);
    await annotate('still.mp4', 'boxes.mp4', { observations: observe(half) });
    const [before, after] = [await frames('still.mp4'), await frames('boxes.mp4')];
    const { red, green, blue } = colourOf('person');
    for (const [x, y] of [
      [40, 50],
      [79, 50],
      [60, 40],
      [60, 71],
      [41, 41],
      [78, 70],
    ] as const) {
      expect(far(rgb(after[0]!, x, y), [red, green, blue])).toBeLessThan(48);
    }
    const plate = Array.from({ length: 30 }, (_, index) => rgb(after[0]!, 42 + index, 32));
    expect(plate.some((seen) => far(seen, [red, green, blue]) < 40)).toBe(true);
    expect(plate.some((seen) => far(seen, [0, 0, 0]) < 70)).toBe(true);
    for (const [x, y] of [
      [60, 55],
      [20, 60],
      [120, 80],
      [60, 90],
    ] as const) {
      expect(far(rgb(after[0]!, x, y), rgb(before[0]!, x, y))).toBeLessThan(12);
    }
    expect(far(rgb(after[4]!, 40, 50), rgb(before[4]!, 40, 50))).toBeLessThan(12);
  });

  it('of a truncated source holds what can be decoded', async () => {
    const whole = readFileSync(path('fast.mp4'));
    writeFileSync(path('cut.mp4'), whole.subarray(0, whole.length * 0.6));
    const facts = await probe(path('cut.mp4'));
    const count = await annotateVideo(path('cut.mp4'), { observations: observe([]), target: path('rest.mp4'), facts });
    expect(count).toBeGreaterThan(2);
    expect(times('rest.mp4')).toHaveLength(count);
  });
});

describe('of a range, the annotated video is that clip alone', () => {
  /** When the sound sets in, seconds into the file. */
  function onset(name: string): number {
    const args = ['-v', 'error', '-i', path(name), '-map', '0:a', '-af', 'aresample=8000:async=1:first_pts=0'];
    const bytes = execFileSync('ffmpeg', [...args, '-ac', '1', '-f', 's16le', '-']);
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    return samples.findIndex((sample) => Math.abs(sample) > 4000) / 8000;
  }

  it.each([
    ['sound that is kept as it is', 'beep.mp4', 'aac'],
    ['sound that is coded anew', 'beep.mov', 'pcm_s16le'],
    ['a stream that begins late', 'beep.ts', 'aac'],
  ])('%s', { timeout: 60_000 }, async (_, file, codec) => {
    const picture = 'testsrc2=size=160x96:rate=25:duration=3';
    const sound = "aevalsrc='if(gte(t,1.6),sin(2*PI*440*t),0)':sample_rate=44100:duration=3";
    const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound];
    await ffmpegRun([...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-c:a', codec, path(file)]);
    const all = times(file);
    const before = onset(file) - (all[0]! - (await probe(path(file))).containerStart);

    expect(await annotate(file, `${file}.mid.mp4`, { start: 1.01, end: 2.5 })).toBe(37);
    const written = times(`${file}.mid.mp4`);
    for (const [at, time] of written.entries()) expect(time).toBeCloseTo(all[26 + at]! - all[26]!, 5);
    const clip = await probe(path(`${file}.mid.mp4`));
    expect(clip).toMatchObject({ frames: 37, containerStart: 0, audioCodecs: ['aac'] });
    expect(clip.duration).toBeCloseTo(37 / 25, 2);
    expect(Math.abs(onset(`${file}.mid.mp4`) - (before - 1.04))).toBeLessThan(0.03);

    expect(await annotate(file, `${file}.end.mp4`, { end: 2 })).toBe(50);
    expect(Math.abs(onset(`${file}.end.mp4`) - onset(file))).toBeLessThan(0.03);
    const length = execFileSync('ffprobe', ['-v', '0', '-show_entries', 'format=duration', path(`${file}.end.mp4`)]);
    expect(Number(/duration=(\S+)/.exec(`${length}`)?.[1])).toBeLessThan(2.1);

    expect(await annotate(file, `${file}.start.mp4`, { start: 1 })).toBe(50);
    expect(Math.abs(onset(`${file}.start.mp4`) - (before - 1))).toBeLessThan(0.03);
  });
});

describe('when an annotated video cannot be written, one clear error says why and nothing is left behind', () => {
  const leftovers = () => [childrenNamed('ffmpeg'), readdirSync(folder).filter((name) => name.endsWith('.part'))];

  it('into a directory that is not there', async () => {
    const failure = annotate('plain.mp4', 'nowhere/a.mp4');
    await expect(failure).rejects.toMatchObject({ kind: 'output' });
    await expect(failure).rejects.toThrow(/cannot write .*nowhere\/a\.mp4.*No such file/);
    expect(leftovers()).toEqual([[], []]);
  });

  it('when the encoder is killed', async () => {
    const progress = (count: number) => {
      if (count === 5) process.kill(childrenNamed('ffmpeg').at(-1)!, 'SIGKILL');
    };
    await makeVideo(path('long.mp4'), { frames: 400 });
    await expect(annotate('long.mp4', 'killed.mp4', { progress })).rejects.toThrow(/killed by SIGKILL/);
    expect(leftovers()).toEqual([[], []]);
    expect(existsSync(path('killed.mp4'))).toBe(false);
  });

  it('when it is told to stop', async () => {
    const abort = new AbortController();
    const progress = (count: number) => count === 3 && abort.abort(new Error('enough'));
    await expect(annotate('plain.mp4', 'stopped.mp4', { signal: abort.signal, progress })).rejects.toThrow('enough');
    expect(leftovers()).toEqual([[], []]);
  });

  it('when the observations fail', async () => {
    async function* broken(): AsyncGenerator<Observation> {
      yield* observe([0]);
      throw new Error('the journal is damaged');
    }
    await expect(annotate('plain.mp4', 'broken.mp4', { observations: broken() })).rejects.toThrow(
      'the journal is damaged',
    );
    expect(leftovers()).toEqual([[], []]);
  });

  it('when the source is no video', async () => {
    mkdirSync(path('folder'));
    await expect(
      annotateVideo(path('folder'), { observations: observe([]), target: path('x.mp4') }),
    ).rejects.toMatchObject({ fault: 'not-video' });
    await ffmpegRun(['-f', 'lavfi', '-i', 'sine=duration=1', path('sound.wav')]);
    await expect(
      annotateVideo(path('sound.wav'), { observations: observe([]), target: path('x.mp4') }),
    ).rejects.toMatchObject({ fault: 'not-video' });
  });
});
