import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDataset } from '#dataset/read-dataset.js';
import { clipFrames, DEMO, demoScene, motLines } from '#dataset/scenes/clip.js';
import { renderFaces } from '#dataset/scenes/faces.js';
import { parallelClip } from '#dataset/scenes/parallel-clip.js';
import { renderSet } from '#dataset/scenes/render-set.js';
import { SCENE_LABELS, StreetScene } from '#dataset/scenes/scene.js';
import { MOODS } from '#dataset/scenes/street/mood.js';
import { folderWith } from '../support.js';

const SIZE = { width: 320, height: 180 };
let scene: StreetScene;

beforeAll(() => {
  scene = demoScene(SIZE);
});
afterAll(() => scene.close());

describe('StreetScene', () => {
  it('draws the same moment the same, in whatever order it is asked', () => {
    const first = scene.frame(20);
    const [bytes, annotations] = [Buffer.from(first.rgba), first.annotations];
    scene.frame(3);
    const again = scene.frame(20);
    expect(Buffer.compare(again.rgba, bytes)).toBe(0);
    expect(again.annotations).toEqual(annotations);
    const other = demoScene(SIZE);
    expect(Buffer.compare(other.frame(20).rgba, bytes)).toBe(0);
    other.close();
    expect(Buffer.compare(scene.frame(20.5).rgba, bytes)).not.toBe(0);
  });

  it('gives sound boxes: inside the picture, of known classes, each thing once', () => {
    for (const seconds of [0, 7, 19, 31]) {
      const { annotations } = scene.frame(seconds);
      expect(annotations.length).toBeGreaterThan(15);
      for (const { box, classId, occlusion } of annotations) {
        const [x1, y1, x2, y2] = box;
        expect(x1 >= 0 && y1 >= 0 && x2 <= SIZE.width && y2 <= SIZE.height && x2 > x1 && y2 > y1).toBe(true);
        expect(SCENE_LABELS[classId]).toBeDefined();
        expect(occlusion! >= 0 && occlusion! < 1).toBe(true);
      }
      const tracks = annotations.flatMap(({ trackId }) => trackId ?? []);
      expect(new Set(tracks).size).toBe(tracks.length);
    }
  });

  it('keeps identities over time: a track has one class and moves smoothly', () => {
    const last = new Map<number, { classId: number; x: number; y: number; whole: boolean }>();
    let followed = 0;
    for (const { annotations } of clipFrames(scene, { fps: 12.5, seconds: 2, from: 14 })) {
      for (const { trackId, box, classId, occlusion = 0, truncated } of annotations) {
        if (trackId === undefined) continue;
        const here = { classId, x: (box[0] + box[2]) / 2, y: box[3], whole: occlusion < 0.05 && !truncated };
        const before = last.get(trackId);
        if (before !== undefined) {
          expect(before.classId).toBe(classId);
          if (before.whole && here.whole) {
            followed++;
            expect(Math.hypot(here.x - before.x, here.y - before.y)).toBeLessThan(
              0.2 * Math.max(20, box[3] - box[1]) + 6,
            );
          }
        }
        last.set(trackId, here);
      }
    }
    expect(followed).toBeGreaterThan(100);
  });

  it('shows every class within a minute', () => {
    const seen = new Set<number>();
    for (let seconds = 0; seconds < 60; seconds += 4)
      for (const { classId } of scene.frame(seconds).annotations) seen.add(classId);
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('stops the traffic for people who cross', () => {
    const onCrossing = (seconds: number): { moved: number; people: number } => {
      const vehicles = (t: number) =>
        new Map(
          scene
            .frame(t)
            .annotations.filter(({ classId }) => classId >= 2)
            .map(({ trackId, box }) => [trackId, box]),
        );
      const [before, after] = [vehicles(seconds), vehicles(seconds + 0.4)];
      const moved = [...before].map(([track, box]) => {
        const next = track === undefined ? undefined : after.get(track);
        return next === undefined ? 0 : Math.abs(next[0] + next[2] - box[0] - box[2]) / 2;
      });
      return { moved: Math.max(...moved), people: 0 };
    };
    expect(onCrossing(20).moved).toBeLessThan(1.5);
    expect(onCrossing(8).moved).toBeGreaterThan(3);
  });

  it.each(MOODS)('draws a street in the mood %s', (mood) => {
    const street = new StreetScene({ seed: 1, size: { width: 160, height: 96 }, mood });
    const { rgba } = street.frame(5);
    const mean = rgba.reduce((sum, level, at) => sum + (at % 4 === 3 ? 0 : level), 0) / (3 * 160 * 96);
    street.close();
    expect(mean).toBeGreaterThan(mood === 'dusk' ? 15 : 60);
    expect(mean).toBeLessThan(mood === 'dusk' ? 110 : 220);
  });

  it('draws another street for another seed', () => {
    const size = { width: 96, height: 64 };
    const [one, other] = [1, 2].map((seed) => {
      const street = new StreetScene({ seed, size, mood: 'clear' });
      const picture = Buffer.from(street.frame(5).rgba);
      street.close();
      return picture;
    });
    expect(Buffer.compare(one!, other!)).not.toBe(0);
  });
});

describe('clips', () => {
  it('are the same from several threads as from one, in order, and end their threads', async () => {
    const options = { fps: 10, seconds: 0.5, from: 18 };
    const alone = [...clipFrames(scene, options)].map(({ seq, annotations }) => ({ seq, annotations }));
    const pictures: Buffer[] = [];
    const together: typeof alone = [];
    for await (const { seq, annotations, rgba } of parallelClip({ ...DEMO, size: SIZE }, { ...options, workers: 2 })) {
      together.push({ seq, annotations });
      pictures.push(Buffer.from(rgba));
    }
    expect(together).toEqual(alone);
    expect(Buffer.compare(pictures[4]!, scene.frame(18.4).rgba)).toBe(0);
  });

  it('become a film that ffmpeg writes frame by frame', async () => {
    const file = join(folderWith(), 'clip.mp4');
    const size = `${SIZE.width}x${SIZE.height}`;
    const ffmpeg = spawn('ffmpeg', [
      '-v',
      'error',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-s',
      size,
      '-r',
      '10',
      '-i',
      '-',
      '-pix_fmt',
      'yuv420p',
      '-y',
      file,
    ]);
    const closed = once(ffmpeg, 'close');
    let lines: string[] = [];
    for (const { rgba, annotations, seq, pts } of clipFrames(scene, { fps: 10, seconds: 1 })) {
      expect(pts).toBeCloseTo(seq / 10, 12);
      lines = motLines(seq, annotations);
      if (!ffmpeg.stdin.write(Buffer.from(rgba))) await once(ffmpeg.stdin, 'drain');
    }
    ffmpeg.stdin.end();
    expect((await closed)[0]).toBe(0);
    const probe = spawn('ffprobe', [
      '-v',
      'error',
      '-count_frames',
      '-show_entries',
      'stream=nb_read_frames',
      '-of',
      'csv=p=0',
      file,
    ]);
    const chunks: Buffer[] = [];
    probe.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(probe, 'close');
    expect(Buffer.concat(chunks).toString().trim()).toBe('10');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines[0]).toMatch(/^10,\d+(,-?\d+(\.\d+)?){4},[01],[1-6],(0(\.\d+)?|1)$/);
  });
});

describe('faces', () => {
  it('have five points where a face has them, the same for the same seed', () => {
    let count = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const { rgba, annotations } = renderFaces({ seed, size: { width: 160, height: 160 } });
      if (seed === 1)
        expect(Buffer.compare(rgba, renderFaces({ seed, size: { width: 160, height: 160 } }).rgba)).toBe(0);
      for (const { box, landmarks, truncated } of annotations) {
        if (truncated) continue;
        count++;
        const [left, right, nose, mouthLeft, mouthRight] = landmarks!;
        expect(left![0]).toBeLessThan(right![0]);
        expect(mouthLeft![0]).toBeLessThan(mouthRight![0]);
        expect(Math.max(left![1], right![1])).toBeLessThan(Math.min(mouthLeft![1], mouthRight![1]));
        for (const [x, y] of landmarks!) {
          const margin = 0.2 * (box[3] - box[1]);
          expect(x > box[0] - margin && x < box[2] + margin && y > box[1] && y < box[3]).toBe(true);
        }
        expect(nose![1]).toBeLessThan(Math.max(mouthLeft![1], mouthRight![1]));
      }
    }
    expect(count).toBeGreaterThan(5);
  });
});

describe('renderSet', () => {
  it.each(['street', 'faces'] as const)('writes %s that are read back as they were drawn', async (kind) => {
    const out = folderWith();
    const size = { width: 128, height: 96 };
    const done: number[] = [];
    const drawn = await renderSet({ out, kind, pictures: 3, seed: 4, size, onProgress: (n) => done.push(n) });
    expect(done).toEqual([1, 2, 3]);
    const read = await readDataset(out);
    expect(read.faults).toEqual([]);
    expect(read.labels).toEqual(drawn.labels);
    expect(read.samples.map(({ annotations }) => annotations.length)).toEqual(
      drawn.samples.map(({ annotations }) => annotations.length),
    );
    const boxes = (dataset: typeof read) =>
      dataset.samples.map(({ annotations }) =>
        annotations.map(({ box, classId }) => [classId, ...box.map((edge) => +edge.toFixed(6))]),
      );
    expect(boxes(read)).toEqual(boxes(drawn));
    if (kind === 'faces') expect(read.mirrored).toEqual([1, 0, 2, 4, 3]);
    expect(readFileSync(read.samples[0]!.file).subarray(0, 2).toString('hex')).toBe('ffd8');
  });
});
