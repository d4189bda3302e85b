import { describe, expect, it } from 'vitest';
import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import { confusionMatrix } from '#vision/metrics/confusion.js';
import { scoreCurves } from '#vision/metrics/curves.js';
import type { Found, JudgedPicture } from '#vision/metrics/pictures.js';
import { falsePositivesPerPicture, pictureQuality } from '#vision/metrics/quality.js';

const A: Box = [0, 0, 10, 10];
const B: Box = [20, 0, 30, 10];
const FAR: Box = [200, 200, 210, 210];
const truth = (box: Box, classId = 0, more: Partial<Annotation> = {}): Annotation => ({ box, classId, ...more });
const found = (box: Box, score: number, classId = 0): Found => ({ box, score, classId });

describe('scoreCurves', () => {
  it('reads precision, recall and F1 at every threshold', () => {
    const pictures = [{ truths: [truth(A), truth(B)], detections: [found(A, 0.9), found(FAR, 0.6), found(B, 0.3)] }];
    const [curves] = scoreCurves(pictures, 1);
    const at = (threshold: number) => {
      const step = Math.round(threshold * 1000);
      return [curves!.precision[step], curves!.recall[step], curves!.f1[step]];
    };
    expect(at(0.95)).toEqual([0, 0, 0]);
    expect(at(0.9)).toEqual([1, 0.5, 2 / 3]);
    expect(at(0.6)).toEqual([0.5, 0.5, 0.5]);
    expect(at(0.3)).toEqual([2 / 3, 1, 0.8]);
    expect(curves!.best).toEqual({ threshold: 0.3, precision: 2 / 3, recall: 1, f1: 0.8 });
    expect([...curves!.precisionAtRecall].map((value) => Math.round(value * 1000) / 1000)).toEqual([
      ...Array(51).fill(1),
      ...Array(50).fill(0.667),
    ]);
  });

  it('sets the best threshold halfway to the next lower score, never between equal scores', () => {
    const pictures = [{ truths: [truth(A), truth(B)], detections: [found(A, 0.8), found(B, 0.8), found(FAR, 0.2)] }];
    expect(scoreCurves(pictures, 1)[0]!.best).toEqual({ threshold: 0.5, precision: 1, recall: 1, f1: 1 });
  });

  it.each<[string, JudgedPicture[]]>([
    ['no pictures', []],
    ['truths without detections', [{ truths: [truth(A)], detections: [] }]],
    ['detections without truths', [{ truths: [], detections: [found(A, 0.5)] }]],
  ])('%s: F1 is 0 everywhere', (_, pictures) => {
    const [curves] = scoreCurves(pictures, 1);
    expect(Math.max(...curves!.f1)).toBe(0);
    expect(curves!.best.f1).toBe(0);
    expect(curves!.f1.some(Number.isNaN)).toBe(false);
  });

  it('agrees with counting at each threshold on random scores', () => {
    const random = new Random(21);
    const detections = Array.from({ length: 60 }, () => found(random.chance(0.5) ? A : FAR, random.float()));
    const pictures = detections.map((one) => ({ truths: [truth(A)], detections: [one] }));
    const [curves] = scoreCurves(pictures, 1);
    for (let step = 0; step <= 1000; step += 50) {
      const kept = detections.filter(({ score }) => score >= step / 1000);
      const right = kept.filter(({ box }) => box === A).length;
      expect(curves!.recall[step]).toBeCloseTo(right / 60, 12);
      expect(curves!.precision[step]).toBeCloseTo(kept.length === 0 ? 0 : right / kept.length, 12);
    }
  });
});

describe('confusionMatrix', () => {
  const cells = (pictures: JudgedPicture[]) => [...confusionMatrix(pictures, 2).counts];

  it.each<[string, JudgedPicture, number[]]>([
    ['nothing', { truths: [], detections: [] }, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['right', { truths: [truth(A, 1)], detections: [found(A, 0.9, 1)] }, [0, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['0 taken for 1', { truths: [truth(A, 0)], detections: [found(A, 0.9, 1)] }, [0, 0, 0, 1, 0, 0, 0, 0, 0]],
    ['missed', { truths: [truth(A, 1)], detections: [] }, [0, 0, 0, 0, 0, 0, 0, 1, 0]],
    ['false', { truths: [], detections: [found(A, 0.9)] }, [0, 0, 1, 0, 0, 0, 0, 0, 0]],
    ['at the score threshold', { truths: [truth(A)], detections: [found(A, 0.25)] }, [1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['below it', { truths: [truth(A)], detections: [found(A, 0.24)] }, [0, 0, 0, 0, 0, 0, 1, 0, 0]],
    [
      'a tie of IoU goes to the same class',
      { truths: [truth(A, 0), truth(A, 1)], detections: [found(A, 0.5, 1), found(A, 0.9, 0)] },
      [1, 0, 0, 0, 1, 0, 0, 0, 0],
    ],
    [
      'a crowd excuses, and counts nowhere',
      { truths: [truth([0, 0, 100, 100], 0, { crowd: true })], detections: [found(A, 0.9), found(B, 0.9)] },
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    ['not labelled for', { truths: [], detections: [found(A, 0.9, 1)], labelled: [0] }, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s', (_, picture, expected) => {
    expect(cells([picture])).toEqual(expected);
  });
});

describe('pictureQuality', () => {
  it('puts the worst pictures first', () => {
    const pictures: JudgedPicture[] = [
      { truths: [truth(A)], detections: [found(A, 0.9)] },
      { truths: [], detections: [] },
      { truths: [truth(A), truth(B)], detections: [found([0, 0, 10, 8], 0.9)] },
      { truths: [], detections: [found(A, 0.9), found(B, 0.1)] },
    ];
    expect(pictureQuality(pictures, 1)).toEqual([
      { index: 3, quality: 0, right: 0, falsePositives: 1, missed: 0 },
      { index: 2, quality: 0.8 / 1.5, right: 1, falsePositives: 0, missed: 1 },
      { index: 0, quality: 1, right: 1, falsePositives: 0, missed: 0 },
      { index: 1, quality: 1, right: 0, falsePositives: 0, missed: 0 },
    ]);
    expect(falsePositivesPerPicture(pictures, 1)).toEqual({ all: 0.25, empty: 0.5, emptyPictures: 2 });
    expect(falsePositivesPerPicture([], 1)).toEqual({ all: 0, empty: 0, emptyPictures: 0 });
  });
});
