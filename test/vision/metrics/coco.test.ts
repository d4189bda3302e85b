import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import { Random } from '#core/random.js';
import { evaluateBoxes, evaluateLandmarks } from '#vision/metrics/coco.js';
import type { Found, JudgedPicture } from '#vision/metrics/pictures.js';
import { shared, sharedPath } from '../../support/shared.js';
import { referenceFigures } from './reference.js';

const truth = (box: Box, more: Partial<Annotation> = {}): Annotation => ({ box, classId: 0, ...more });
const found = (box: Box, score: number, classId = 0): Found => ({ box, score, classId });
const AP = (pictures: JudgedPicture[]): number => evaluateBoxes(pictures, 1).AP50;

describe('evaluateBoxes', () => {
  it.each<[string, JudgedPicture[], number]>([
    ['no pictures: nothing to find', [], -1],
    ['no truths, only false boxes', [{ truths: [], detections: [found([0, 0, 9, 9], 0.9)] }], -1],
    ['no detections', [{ truths: [truth([0, 0, 9, 9])], detections: [] }], 0],
    ['one found', [{ truths: [truth([0, 0, 9, 9])], detections: [found([0, 0, 9, 9], 0.1)] }], 1],
    ['IoU of exactly 0.5', [{ truths: [truth([0, 0, 10, 10])], detections: [found([0, 0, 10, 5], 0.1)] }], 1],
    ['IoU just below 0.5', [{ truths: [truth([0, 0, 10, 10])], detections: [found([0, 0, 10, 4.99], 0.1)] }], 0],
    [
      'the second box on one truth is false, and comes after full recall',
      [{ truths: [truth([0, 0, 9, 9])], detections: [found([0, 0, 9, 9], 0.9), found([0, 0, 9, 9], 0.8)] }],
      1,
    ],
    [
      'a better scored false box halves the precision',
      [{ truths: [truth([0, 0, 9, 9])], detections: [found([50, 50, 59, 59], 0.9), found([0, 0, 9, 9], 0.8)] }],
      0.5,
    ],
    [
      'any number of boxes in a crowd is excused',
      [
        {
          truths: [truth([0, 0, 100, 100], { crowd: true }), truth([200, 0, 209, 9])],
          detections: [found([1, 1, 9, 9], 0.9), found([11, 1, 19, 9], 0.8), found([200, 0, 209, 9], 0.1)],
        },
      ],
      1,
    ],
    [
      'a difficult truth excuses one box, not two',
      [
        {
          truths: [truth([0, 0, 9, 9], { difficult: true }), truth([200, 0, 209, 9])],
          detections: [found([0, 0, 9, 9], 0.9), found([0, 0, 9, 9], 0.8), found([200, 0, 209, 9], 0.1)],
        },
      ],
      0.5,
    ],
    [
      'a class that a picture is not labelled for is left out',
      [
        { truths: [truth([0, 0, 9, 9])], detections: [found([0, 0, 9, 9], 0.5)] },
        { truths: [], detections: [found([0, 0, 9, 9], 0.9)], labelled: [] },
      ],
      1,
    ],
  ])('%s', (_, pictures, expected) => {
    expect(AP(pictures)).toBeCloseTo(expected, 12);
  });

  it('equals a slow reading of the reference on random pictures with crowds and ties', () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(11, seed);
      const pictures = Array.from({ length: 8 }, () => randomPicture(random));
      const { perClass: _, ...figures } = evaluateBoxes(pictures, 3);
      const expected = referenceFigures(pictures, 3);
      for (const [name, value] of Object.entries(figures))
        expect(value, `${seed} ${name}`).toBeCloseTo(expected[name]!, 12);
    }
  });

  it.skipIf(!shared)('equals pycocotools 2.0.11 on real pictures to 1e-6, whole and by class', () => {
    const { pictures, categoryIds } = cocoBoxes();
    const expected = JSON.parse(readFileSync(sharedPath('expected/coco-eval/results.json'), 'utf8')).boxes;
    const { AP_per_category: perCategory, ...whole } = expected;
    const result = evaluateBoxes(pictures, categoryIds.length);
    for (const [name, value] of Object.entries(whole)) {
      expect(Math.abs(result[name as 'AP'] - (value as number)), name).toBeLessThan(1e-6);
    }
    for (const { classId, AP: value } of result.perClass) {
      expect(Math.abs(value - perCategory[categoryIds[classId]!]), `category ${categoryIds[classId]}`).toBeLessThan(
        1e-6,
      );
    }
  });
});

describe('evaluateLandmarks', () => {
  it.skipIf(!shared)('equals pycocotools 2.0.11 on keypoints with crowds to 1e-6', () => {
    const read = (name: string) => JSON.parse(readFileSync(sharedPath('expected/coco-eval', name), 'utf8'));
    const truths = groupByImage(read('keypoints.instances.json').annotations, (a: CocoRecord) => ({
      ...cocoTruth(a, 0),
      landmarks: points(a.keypoints!),
    }));
    const detections = groupByImage(read('keypoints.detections.json'), (a: CocoRecord): Found => {
      const landmarks = points(a.keypoints!);
      const xs = landmarks.map(([x]) => x);
      const ys = landmarks.map(([, y]) => y);
      const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      return { box, classId: 0, score: a.score!, landmarks };
    });
    const ids = [...new Set([...truths.keys(), ...detections.keys()])].sort((a, b) => a - b);
    const pictures = ids.map((id) => ({ truths: truths.get(id) ?? [], detections: detections.get(id) ?? [] }));
    const result = evaluateLandmarks(pictures, 1);
    for (const [name, value] of Object.entries(read('results.json').keypoints)) {
      expect(Math.abs(result[name as 'AP'] - (value as number)), name).toBeLessThan(1e-6);
    }
  });

  it('takes the nearest landmarks for the best, and counts none where nothing is labelled', () => {
    const landmarks: Landmark[] = [[50, 50, 2]];
    const picture = (x: number, visibility: number): JudgedPicture => ({
      truths: [truth([0, 0, 100, 100], { landmarks: [[50, 50, visibility]] })],
      detections: [{ ...found([0, 0, 100, 100], 0.9), landmarks: landmarks.map(([, y, v]) => [x, y, v]) }],
    });
    expect(evaluateLandmarks([picture(50, 2)], 1, [0.1]).AP).toBeCloseTo(1, 12);
    expect(evaluateLandmarks([picture(90, 2)], 1, [0.1]).AP).toBe(0);
    expect(evaluateLandmarks([picture(50, 0)], 1, [0.1]).AP).toBe(-1);
  });
});

function randomPicture(random: Random): JudgedPicture {
  const box = (): Box => {
    const [x, y] = [random.below(200), random.below(200)];
    return [x, y, x + 4 + random.below(random.chance(0.3) ? 200 : 60), y + 4 + random.below(60)];
  };
  const truths = Array.from({ length: random.below(9) }, () =>
    truth(box(), { classId: random.below(3), ...(random.chance(0.15) ? { crowd: true } : {}) }),
  );
  const near = ([x1, y1, x2, y2]: Box): Box => [x1 + random.below(3), y1, x2 + random.below(5), y2 + random.below(4)];
  const detections = truths.flatMap(({ box: goal, classId }) =>
    Array.from({ length: random.below(4) }, () => found(near(goal), random.below(6) / 6, classId)),
  );
  const strays = Array.from({ length: random.below(6) }, () => found(box(), random.below(6) / 6, random.below(3)));
  return { truths, detections: random.shuffle([...detections, ...strays]) };
}

interface CocoRecord {
  image_id: number;
  category_id: number;
  bbox: [number, number, number, number];
  area?: number;
  iscrowd?: number;
  score?: number;
  keypoints?: number[];
}

const corners = ([x, y, w, h]: CocoRecord['bbox']): Box => [x, y, x + w, y + h];
const cocoTruth = (a: CocoRecord, classId: number): Annotation => ({
  box: corners(a.bbox),
  classId,
  area: a.area!,
  crowd: a.iscrowd === 1,
});
const points = (values: number[]): Landmark[] =>
  Array.from({ length: values.length / 3 }, (_, k) => [values[3 * k]!, values[3 * k + 1]!, values[3 * k + 2]!]);

function groupByImage<T>(records: CocoRecord[], read: (record: CocoRecord) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const record of records) groups.set(record.image_id, [...(groups.get(record.image_id) ?? []), read(record)]);
  return groups;
}

function cocoBoxes(): { pictures: JudgedPicture[]; categoryIds: number[] } {
  const coco = JSON.parse(readFileSync(sharedPath('detect/coco288/instances.json'), 'utf8'));
  const categoryIds: number[] = coco.categories
    .map(({ id }: { id: number }) => id)
    .sort((a: number, b: number) => a - b);
  const truths = groupByImage(coco.annotations, (a) => cocoTruth(a, categoryIds.indexOf(a.category_id)));
  const records = JSON.parse(readFileSync(sharedPath('expected/coco-eval/boxes.detections.json'), 'utf8'));
  const detections = groupByImage(
    records,
    (a): Found => ({
      ...found(corners(a.bbox), a.score!, categoryIds.indexOf(a.category_id)),
      area: a.bbox[2] * a.bbox[3],
    }),
  );
  const ids: number[] = coco.images.map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b);
  return {
    pictures: ids.map((id) => ({ truths: truths.get(id) ?? [], detections: detections.get(id) ?? [] })),
    categoryIds,
  };
}
