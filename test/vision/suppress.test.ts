import { describe, expect, it } from 'vitest';
import { Candidates } from '#vision/candidates.js';
import { type SuppressOptions, suppress } from '#vision/suppress.js';
import { ALL, BICYCLE, BUS, CAR, candidatesOf, HALF, PERSON } from './support/candidates.js';
import { randomBoxes } from './support/random-boxes.js';
import { slowBatchedNms } from './support/slow-nms.js';

describe('suppress', () => {
  const overlapping = candidatesOf(
    [0, 0, 10, 10, 0.9, PERSON],
    [0, 0, 10, 10, 0.8, BICYCLE],
    [1, 0, 11, 10, 0.7, PERSON],
  );

  it.each<[string, Candidates, SuppressOptions, number[]]>([
    ['nothing from nothing', new Candidates(), {}, []],
    ['one box', candidatesOf([0, 0, 1, 1, 0.5, 0]), {}, [0]],
    ['a person never hides a bicycle', overlapping, {}, [0, 1]],
    ['unless all classes compete', overlapping, { among: 'all' }, [0]],
    ['or their group does', overlapping, { among: [[PERSON, BICYCLE]] }, [0]],
    ['groups without them change nothing', overlapping, { among: [[CAR, BUS]] }, [0, 1]],
    ['no groups at all are per class', overlapping, { among: [] }, [0, 1]],
    ['the score at the threshold counts', candidatesOf([0, 0, 1, 1, 0.25, 0], [2, 0, 3, 1, 0.2499, 0]), {}, [0]],
    ['float32 scores count at thresholds they only round to', candidatesOf([0, 0, 1, 1, 0.7, 0]), { score: 0.7 }, [0]],
    [
      'IoU at the threshold does not suppress',
      candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]),
      { iou: 0.5 },
      [0, 1],
    ],
    ['IoU above it does', candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]), { iou: 0.49 }, [0]],
    ['of equal scores the first is kept', candidatesOf([0, 0, 9, 9, 0.5, 0], [0, 0, 9, 9, 0.5, 0]), {}, [0]],
    [
      'a box that is suppressed does not suppress',
      candidatesOf([0, 0, 10, 10, 0.9, 0], [4, 0, 14, 10, 0.8, 0], [8, 0, 18, 10, 0.7, 0]),
      { iou: 0.3 },
      [0, 2],
    ],
    ['IoU 1 suppresses nothing', candidatesOf([0, 0, 9, 9, 0.5, 0], [0, 0, 9, 9, 0.5, 0]), { iou: 1 }, [0, 1]],
    [
      'IoU 0: one shared pixel is enough, an edge is not',
      candidatesOf([0, 0, 9, 9, 0.9, 0], [8, 8, 19, 19, 0.8, 0], [9, 0, 12, 4, 0.7, 0]),
      { iou: 0 },
      [0, 2],
    ],
    ['only the classes that are wanted', overlapping, { classes: new Set([BICYCLE]) }, [1]],
    ['an unwanted class suppresses nothing', overlapping, { classes: new Set([BICYCLE]), among: 'all' }, [1]],
    ['a class may have a higher threshold', overlapping, { classScores: new Map([[PERSON, 0.95]]) }, [1]],
    [
      'and a lower one',
      candidatesOf([0, 0, 1, 1, 0.1, CAR], [5, 0, 6, 1, 0.1, BUS]),
      { classScores: new Map([[BUS, 0.05]]) },
      [1],
    ],
    [
      'the best of many',
      candidatesOf([0, 0, 1, 1, 0.5, 0], [2, 0, 3, 1, 0.9, 0], [4, 0, 5, 1, 0.7, 0]),
      { maxDetections: 2 },
      [1, 2],
    ],
    ['none', overlapping, { maxDetections: 0 }, []],
  ])('%s', (_why, candidates, options, expected) => {
    expect([...suppress(candidates, options).indices]).toEqual(expected);
  });

  it('reports 300 boxes above 0.25 by default', () => {
    const candidates = randomBoxes({ seed: 1, kind: 'apart', count: 2000, classes: 4 });
    const { indices, scores } = suppress(candidates);
    expect(indices.length).toBe(300);
    expect([...indices]).toEqual(slowBatchedNms(candidates, 0.45).slice(0, 300));
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0.25);
  });

  it('car, truck and bus as a group are suppressed as one class', () => {
    const candidates = randomBoxes({ seed: 2, kind: 'clustered', count: 1500, classes: 6 });
    const merged = randomBoxes({ seed: 2, kind: 'clustered', count: 1500, classes: 6 });
    for (let i = 0; i < merged.count; i++)
      if (merged.classIds[i] === 4 || merged.classIds[i] === 5) merged.classIds[i] = 2;
    const expected = slowBatchedNms(merged, 0.45);
    expect([...suppress(candidates, { ...ALL, among: [[2, 4, 5]] }).indices]).toEqual(expected);
    expect(expected).not.toEqual(slowBatchedNms(candidates, 0.45));
  });

  it.each<[string, SuppressOptions]>([
    ['a score above 1', { score: 1.5 }],
    ['a negative IoU', { iou: -0.1 }],
    ['an IoU that is no number', { iou: Number.NaN }],
    ['a class score below 0', { classScores: new Map([[1, -1]]) }],
    ['a negative number of detections', { maxDetections: -1 }],
    [
      'a class in two groups',
      {
        among: [
          [1, 2],
          [2, 3],
        ],
      },
    ],
    ['a gaussian without width', { soft: { method: 'gaussian', sigma: 0 } }],
  ])('refuses %s', (_why, options) => {
    expect(() => suppress(new Candidates(), options)).toThrow(RangeError);
  });
});
