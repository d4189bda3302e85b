import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { Timeline } from '../../src/web/playout/timeline.js';

const piece = (mediaTime: number, pts: number, capturedAt = 1000 * pts, epoch = 1) => ({
  mediaTime,
  pts,
  capturedAt,
  epoch,
});

describe('a timeline', () => {
  it('knows nothing before the first piece', () => {
    const timeline = new Timeline();
    expect(timeline.at(1)).toBeUndefined();
    expect(timeline.mediaTimeOf(1)).toBeUndefined();
    expect(timeline.reaches(0)).toBe(false);
  });

  it.each([
    ['the moment of a piece', 1, 100],
    ['a later frame of the same piece', 1.01, 100.01],
    ['just before the next piece', 1.039, 100.039],
    ['the next piece, on its own clock', 1.04, 200],
    ['a rounding below the next piece', 1.0399, 199.9999],
    ['after the last piece', 1.5, 200.46],
  ])('gives the time of %s', (_, mediaTime, pts) => {
    const timeline = new Timeline();
    timeline.add(piece(1, 100));
    timeline.add(piece(1.04, 200));
    expect(timeline.at(mediaTime)!.pts).toBeCloseTo(pts, 6);
  });

  it('knows nothing of what was before its first piece', () => {
    const timeline = new Timeline();
    timeline.add(piece(1, 100));
    expect(timeline.at(0.9)).toBeUndefined();
  });

  it('carries epoch and time of capture to each frame', () => {
    const timeline = new Timeline();
    timeline.add(piece(1, 100, 5000, 3));
    const { epoch, capturedAt } = timeline.at(1.02)!;
    expect(epoch).toBe(3);
    expect(capturedAt).toBeCloseTo(5020, 6);
  });

  it('says which frames have arrived', () => {
    const timeline = new Timeline();
    timeline.add(piece(1, 100));
    expect([timeline.reaches(1), timeline.reaches(1.0001), timeline.reaches(1.04)]).toEqual([true, true, false]);
  });

  it('maps there and back, with B frames in decoding order', () => {
    const random = new Random(7);
    const timeline = new Timeline();
    const frames = Array.from({ length: 60 }, (_, i) => piece(1 + i / 25, 77 + i / 25));
    for (let at = 0; at < frames.length; at += 3) {
      const group = frames.slice(at, at + 3);
      timeline.add(group.at(-1)!);
      for (const one of group.slice(0, -1)) timeline.add(one);
    }
    for (let turn = 0; turn < 100; turn += 1) {
      const { mediaTime, pts } = frames[random.below(60)]!;
      expect(timeline.at(mediaTime)!.pts).toBeCloseTo(pts, 6);
      expect(timeline.mediaTimeOf(pts)).toBeCloseTo(mediaTime, 6);
    }
  });

  it('forgets the oldest pieces, never the newest', () => {
    const timeline = new Timeline();
    for (let i = 0; i <= 10_000; i += 1) timeline.add(piece(i / 25, 50 + i / 25));
    expect(timeline.at(400)!.pts).toBeCloseTo(450, 6);
    expect(timeline.at(0)).toBeUndefined();
  });
});
