import { describe, expect, it } from 'vitest';
import type { Detection } from '#core/detection.js';
import { LookoutError } from '#core/errors.js';
import { createTracker, restoreTracker } from '#vision/tracking/create.js';
import { crowd, detectionOf, evenly, render, type SceneFrame, stampAt } from './scene.js';

const noisy = { miss: 0.1, lowScore: 0.1, duplicate: 0.1, falseAlarm: 0.2, jitter: 1.5 };
const walker = (x: number, speed: number, more = {}) => ({
  box: [x, 100, x + 40, 200] as const,
  speed: [speed, 0] as const,
  ...more,
});

describe.each([['bytetrack'], ['sort']] as const)('a tracker: %s', (algorithm) => {
  const create = (more = {}) => createTracker({ algorithm, ...more });
  const follow = (frames: readonly SceneFrame[], tracker = create()) =>
    frames.map(({ detections, stamp }) => tracker.update(detections, stamp));
  const idsOf = (frames: readonly SceneFrame[], tracker = create()) =>
    new Set(follow(frames, tracker).flatMap((tracks) => tracks.map(({ trackId }) => trackId)));

  it('says nothing of nothing', () => {
    const tracker = create();
    expect(tracker.update([], stampAt(0, 0))).toEqual([]);
    expect(tracker.update([], stampAt(1, 0.04))).toEqual([]);
  });

  it('keeps one id for one object, from its first frame, with its age', () => {
    const tracks = follow(render([walker(0, 60)], evenly(40, 25)));
    expect(tracks.map((list) => list.map(({ trackId, age, state }) => [trackId, age, state]))).toEqual(
      evenly(40, 1).map((i) => [[1, i + 1, 'confirmed']]),
    );
  });

  it('never swaps two objects that cross', () => {
    const frames = render([walker(0, 120), walker(600, -110)], evenly(150, 30));
    const tracks = follow(frames);
    const last = tracks.at(-1)!.map(({ trackId, box }) => [trackId, Math.sign(box[0] - 300)]);
    const first = tracks[0]!.map(({ trackId, box }) => [trackId, Math.sign(box[0] - 300)]);
    expect(idsOf(frames)).toEqual(new Set([1, 2]));
    expect(new Map(last as [number, number][])).toEqual(
      new Map((first as [number, number][]).map(([id, side]) => [id, -side])),
    );
  });

  it('finds an object again after a short occlusion, under the same id', () => {
    expect(idsOf(render([walker(0, 90, { hidden: [1, 1.25] })], evenly(90, 30)))).toEqual(new Set([1]));
  });

  it('gives a new id after an absence longer than maxLost', () => {
    const frames = render([walker(0, 0, { hidden: [1, 2] })], evenly(90, 30));
    expect(idsOf(frames, create({ maxLost: 0.5 }))).toEqual(new Set([1, 2]));
    expect(idsOf(frames, create({ maxLost: 1.5 }))).toEqual(new Set([1]));
  });

  it('reports each frame only what was detected in it, boxes and all', () => {
    const frames = render(crowd(10, 9, 3), evenly(90, 30), noisy);
    follow(frames).forEach((tracks, i) => {
      for (const { trackId, age, state, ...detection } of tracks) {
        expect(frames[i]!.detections).toContainEqual(detection);
        expect([Number.isInteger(trackId), trackId >= 1, age >= 1, state]).toEqual([true, true, true, 'confirmed']);
      }
      expect(new Set(tracks.map(({ trackId }) => trackId)).size).toBe(tracks.length);
      expect(tracks.map(({ score }) => score)).toEqual(tracks.map(({ score }) => score).sort((a, b) => b - a));
    });
  });

  it('gives ids in rising order from 1 without gaps, and never twice', () => {
    const born: number[] = [];
    for (const tracks of follow(render(crowd(30, 2, 6), evenly(180, 30), noisy))) {
      const fresh = tracks.map(({ trackId }) => trackId).filter((id) => !born.includes(id));
      born.push(...fresh.sort((a, b) => a - b));
    }
    expect(born.length).toBeGreaterThan(20);
    expect(born).toEqual(born.map((_, i) => i + 1));
  });

  it('starts anew with each epoch, and only then', () => {
    const tracker = create();
    const see = (epoch: number, seq: number) =>
      tracker
        .update([detectionOf([0, 0, 40, 80])], stampAt(seq, seq / 30, epoch))
        .map(({ trackId, age }) => [trackId, age]);
    expect([see(1, 0), see(1, 1), see(2, 0), see(2, 1)]).toEqual([[[1, 1]], [[1, 2]], [[1, 1]], [[1, 2]]]);
  });

  it('lets landmarks and every other field of a detection ride along', () => {
    const face: Required<Detection> = { ...detectionOf([0, 0, 40, 80]), landmarks: [[5, 6, 1]] };
    expect(create().update([face], stampAt(0, 0))).toEqual([{ ...face, trackId: 1, age: 1, state: 'confirmed' }]);
  });

  it.each([
    [5, 0.35],
    [12, 1],
    [60, 1],
  ])('does not mind the frame rate: %i per second', (fps, speed) => {
    const frames = render([walker(0, 150 * speed), walker(900, -100 * speed)], evenly(fps * 4, fps));
    expect(idsOf(frames, create({ confirmAfter: 2 }))).toEqual(new Set([1, 2]));
  });

  it('does not mind frames that are missing, uneven, or stamped with the same time', () => {
    const times = evenly(120, 30).filter((_, i) => i % 7 !== 3 && i % 11 !== 4);
    expect(idsOf(render([walker(0, 60)], times))).toEqual(new Set([1]));
    const stuck = render([walker(0, 0)], evenly(30, 30)).map((frame) => ({ ...frame, stamp: stampAt(0, 5) }));
    expect(idsOf(stuck)).toEqual(new Set([1]));
  });

  it('keeps classes apart, unless told otherwise', () => {
    const flicker = render([walker(0, 0)], evenly(20, 30)).map(({ stamp, detections }, i) => ({
      stamp,
      truth: [],
      detections: i < 10 ? detections : detections.map(({ box, score }) => detectionOf(box, score, 1)),
    }));
    expect(idsOf(flicker, create({ perClass: true, confirmAfter: 2 })).size).toBe(2);
    expect(idsOf(flicker, create({ perClass: false })).size).toBe(1);
  });

  it('reports smoother boxes where the filtered ones are asked for', () => {
    const frames = render([walker(100, 0)], evenly(120, 30), { jitter: 3 });
    const spread = (boxes: 'detected' | 'filtered') => {
      const lefts = follow(frames, create({ boxes }))
        .slice(40)
        .map((tracks) => tracks[0]!.box[0]);
      return lefts.reduce((sum, x) => sum + Math.abs(x - 100), 0) / lefts.length;
    };
    expect(spread('filtered')).toBeLessThan(spread('detected') * 0.9);
  });

  it.each([
    ['without width', [10, 0, 10, 5]],
    ['without height', [0, 5, 10, 5]],
    ['inside out', [10, 10, 0, 0]],
    ['of no number', [Number.NaN, 0, 10, 10]],
    ['without end', [0, 0, Number.POSITIVE_INFINITY, 10]],
    ['beyond every picture', [1e300, 0, 2e300, 10]],
  ] as const)('leaves a box out that is %s, and goes on', (_, box) => {
    const tracker = create();
    const good = detectionOf([0, 0, 40, 80]);
    expect(tracker.update([detectionOf(box), good], stampAt(0, 0))).toHaveLength(1);
    expect(tracker.update([good, detectionOf(box)], stampAt(1, 0.04))[0]!.trackId).toBe(1);
  });

  it('takes the same detection twice for two objects at most once each', () => {
    const tracker = create();
    const twice = [detectionOf([0, 0, 40, 80]), detectionOf([0, 0, 40, 80])];
    for (let i = 0; i < 5; i++) {
      const ids = tracker.update(twice, stampAt(i, i / 30)).map(({ trackId }) => trackId);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('goes on byte for byte from any frame at which it was saved', () => {
    const frames = render(crowd(12, 4, 4), evenly(120, 30), noisy);
    const whole = follow(frames).map((tracks) => JSON.stringify(tracks));
    for (const cut of [0, 1, 2, 17, 60, 119]) {
      const before = create();
      follow(frames.slice(0, cut), before);
      const after = restoreTracker(JSON.parse(JSON.stringify(before)));
      expect(follow(frames.slice(cut), after).map((tracks) => JSON.stringify(tracks))).toEqual(whole.slice(cut));
    }
  });

  it('forgets all when reset', () => {
    const frames = render(crowd(8, 4, 2), evenly(60, 30), noisy);
    const tracker = create();
    const first = follow(frames, tracker);
    tracker.reset();
    expect(follow(frames, tracker)).toEqual(first);
  });

  it('holds no more than maxTracks, even where time stands still and everything is new', () => {
    const tracker = create({ maxTracks: 50, confirmAfter: 1 });
    for (let i = 0; i < 400; i++) {
      const many = Array.from({ length: 10 }, (_, k) => detectionOf([i * 100, k * 100, i * 100 + 50, k * 100 + 50]));
      tracker.update(many, stampAt(i, i * 1e-9));
      expect(tracker.toJSON().tracks.length).toBeLessThanOrEqual(60);
    }
  });

  it.each([
    ['nothing', null],
    ['another version', { version: 2 }],
    ['too few numbers', { ...create().toJSON(), tracks: [{ filter: [1, 2] }] }],
    ['no numbers', { ...create().toJSON(), clock: null }],
  ])('refuses a state with %s', (_, state) => {
    expect(() => restoreTracker(state)).toThrow(LookoutError);
  });
});

describe('the options of a tracker', () => {
  it.each([
    ['an unknown algorithm', { algorithm: 'deepsort' }, 'expected bytetrack or sort, got deepsort'],
    ['a score above 1', { highScore: 25 }, 'highScore 0..1 expected, got 25'],
    ['no number', { maxLost: Number.NaN }, 'maxLost 0..3600 expected, got NaN'],
    ['confirmation after 0', { confirmAfter: 0 }, 'confirmAfter 1..1000 expected, got 0'],
  ])('refuse %s', (_, options, message) => {
    expect(() => createTracker(options as object)).toThrow(message);
  });
});
