import { describe, expect, it } from 'vitest';
import type { DetectionRecord, ObservationRecord } from '#core/record.js';
import { between } from '../../src/web/playout/between.js';
import { chooseBoxes } from '../../src/web/playout/choice.js';
import { ObservationLog } from '../../src/web/playout/observation-log.js';
import type { Pace } from '../../src/web/playout/pace.js';

const thing = (left: number, more: Partial<DetectionRecord> = {}): DetectionRecord => ({
  ...{ label: 'car', class_id: 2, score: 0.5, box: [left, 0, left + 10, 10] },
  ...more,
});

const seen = (pts: number, ...detections: DetectionRecord[]): ObservationRecord => ({
  ...{ source: 'clip', camera: 'gate', epoch: 1, seq: 0, pts, frame: { width: 100, height: 100 } },
  detections,
});

const lefts = (detections: readonly DetectionRecord[]) => detections.map(({ box }) => box[0]);

describe('between two observations', () => {
  it.each([
    ['at the first', 1, 0],
    ['a quarter of the way', 1.25, 10],
    ['in the middle', 1.5, 20],
    ['at the second', 2, 40],
    ['before the first: not beyond it', 0, 0],
    ['after the second: not beyond it', 3, 40],
  ])('a tracked object is %s', (_, pts, left) => {
    const [before, after] = [seen(1, thing(0, { track_id: 7 })), seen(2, thing(40, { track_id: 7 }))];
    expect(between(before, after, pts).map(({ box }) => box)).toEqual([[left, 0, left + 10, 10]]);
  });

  it('an object without a track stays where the nearer observation saw it', () => {
    const [before, after] = [seen(1, thing(0)), seen(2, thing(40))];
    expect([1, 1.49, 1.5, 2].map((pts) => lefts(between(before, after, pts)))).toEqual([[0], [0], [40], [40]]);
  });

  it('an object that comes or goes is there for its half of the time', () => {
    const [before, after] = [seen(1, thing(0, { track_id: 1 })), seen(2, thing(40, { track_id: 2 }))];
    expect([1.2, 1.8].map((pts) => lefts(between(before, after, pts)))).toEqual([[0], [40]]);
  });

  it('landmarks move with their object, and only when there are as many at both ends', () => {
    const [start, end] = [
      thing(0, { track_id: 1, landmarks: [[2, 2, 1]] }),
      thing(10, { track_id: 1, landmarks: [[12, 4, 0]] }),
    ];
    expect(between(seen(1, start), seen(2, end), 1.5)[0]!.landmarks).toEqual([[7, 3, 0.5]]);
    const { landmarks: _, ...bare } = end;
    expect(between(seen(1, start), seen(2, bare), 1.5)[0]).not.toHaveProperty('landmarks');
  });

  it('there is nothing where nothing was seen, and no division by nothing', () => {
    expect(between(seen(1), seen(2), 1.5)).toEqual([]);
    expect(lefts(between(seen(1, thing(3, { track_id: 1 })), seen(1, thing(3, { track_id: 1 })), 1))).toEqual([3]);
  });
});

describe('the boxes of a frame', () => {
  const log = (...times: number[]) => {
    const filled = new ObservationLog();
    for (const time of times) filled.add(seen(time, thing(100 * time, { track_id: 1 })));
    return filled;
  };
  const chosen = (times: number[], pts: number, pace: Pace, shownFor = 100) => {
    const choice = chooseBoxes(log(...times), { epoch: 1, pts, capturedAt: 0 }, pace, shownFor);
    return typeof choice === 'string' ? choice : choice.kind;
  };

  it.each(['exact', 'smooth', 'fast'] as const)('are its own where it was analysed, at pace %s', (pace) => {
    expect(chosen([1, 1.04, 1.08], 1.04, pace)).toBe('exact');
  });

  it.each([
    ['exact', 'the next was analysed: this one is not shown', [1, 1.08], 1.04, 'skip'],
    ['exact', 'its observation may still come', [1], 1.04, 'wait'],
    ['exact', 'nothing was analysed for long: the picture alone', [1], 3.1, 'none'],
    ['smooth', 'between two: estimated', [1, 1.2], 1.04, 'estimated'],
    ['smooth', 'between two that are too far apart: of the one before', [1, 4], 1.5, 'held'],
    ['smooth', 'after the last: of the one before', [1], 1.5, 'held'],
    ['smooth', 'after the last, too long: none', [1], 2.5, 'none'],
    ['smooth', 'before the first: none', [2], 1.5, 'none'],
    ['fast', 'of the one before, even where a later one is known', [1, 1.2], 1.1, 'held'],
    ['fast', 'not older than a second', [1], 2.01, 'none'],
  ] as const)('at pace %s, %s', (pace, _, times, pts, expected) => {
    expect(chosen([...times], pts, pace)).toBe(expected);
  });

  it('are waited for at the start of a stream, but not for ever', () => {
    expect(chosen([], 1, 'exact', 0)).toBe('wait');
    expect(chosen([], 1, 'exact', 2)).toBe('none');
  });

  it('are never those of another epoch', () => {
    const choice = chooseBoxes(log(1, 1.04), { epoch: 2, pts: 1.04, capturedAt: 0 }, 'fast', 100);
    expect(choice).toEqual({ kind: 'none' });
  });

  it('are marked with their age when they are of an earlier frame', () => {
    const choice = chooseBoxes(log(1), { epoch: 1, pts: 1.25, capturedAt: 0 }, 'fast', 100);
    expect(choice).toMatchObject({ kind: 'held', ageSeconds: 0.25, observation: { pts: 1 } });
  });

  it('bear the time of the frame when they are estimated', () => {
    const choice = chooseBoxes(log(1, 2), { epoch: 1, pts: 1.25, capturedAt: 0 }, 'smooth', 100);
    expect(choice).toMatchObject({ observation: { pts: 1.25, detections: [{ box: [125, 0, 135, 10] }] } });
  });
});
