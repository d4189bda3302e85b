import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import type { RawOutput } from '#core/tensor.js';
import { createDetect, type DetectOptions, type DetectorCard } from '#vision/detect.js';
import type { Explanation } from '#vision/detections.js';
import { letterbox } from '#vision/letterbox.js';
import { readable, tensorOf } from './support/raw.js';

const LABELS = ['person', 'bicycle', 'car', 'truck'];
// 200x100 in the middle of 100x100: scale 0.5, 25 px of padding above and below.
const WHERE = letterbox({ source: { width: 200, height: 100 }, input: { width: 100, height: 100 }, fit: 'letterbox' });

/** A card of end-to-end rows or, by default, of rows with one box, a score per label and a landmark. */
function card(rest: Partial<DetectorCard> = {}): DetectorCard {
  const decoder = { kind: 'columns', output: 'o', landmarks: 1, landmarkValues: 3 } as const;
  return { ...readable(decoder, LABELS.length, [100, 100]), labels: LABELS, ...rest };
}

/** Rows of [cx, cy, w, h, label, score]; the landmark is the centre. */
function outputsOf(...rows: [number, number, number, number, string, number][]): RawOutput {
  const data = rows.flatMap(([x, y, w, h, label, score]) => [
    ...[x, y, w, h],
    ...LABELS.map((one) => (one === label ? score : 0)),
    ...[x, y, 0.5],
  ]);
  return new Map([['o', tensorOf([1, rows.length, 11], (i) => data[i])]]);
}

const find = (outputs: RawOutput, options: DetectOptions = {}, from = card()) =>
  createDetect(from, options)(outputs, WHERE);
const named = (outputs: RawOutput, options: DetectOptions = {}, from = card()) =>
  find(outputs, options, from).map(({ label }) => label);

describe('detect', () => {
  it('gives boxes and landmarks of the source, clipped, best score first', () => {
    const outputs = outputsOf([50, 50, 20, 10, 'car', 0.5], [95, 30, 30, 30, 'person', 0.75]);
    expect(find(outputs)).toEqual([
      { box: [160, 0, 200, 40], classId: 0, label: 'person', score: 0.75, landmarks: [[190, 10, 0.5]] },
      { box: [80, 40, 120, 60], classId: 2, label: 'car', score: 0.5, landmarks: [[100, 50, 0.5]] },
    ]);
  });

  it('gives no landmarks where the model has none', () => {
    const rows = readable({ kind: 'end-to-end', output: 'o' }, LABELS.length, [100, 100]);
    const outputs = new Map([['o', tensorOf([1, 1, 6], (i) => [0, 25, 10, 35, 0.5, 1][i])]]);
    expect(createDetect(rows)(outputs, WHERE)).toEqual([
      { box: [0, 0, 20, 20], classId: 1, label: 'class 1', score: 0.5 },
    ]);
  });

  it('drops boxes in the padding', () => {
    expect(named(outputsOf([50, 10, 20, 10, 'car', 0.9], [50, 50, 20, 10, 'truck', 0.8]))).toEqual(['truck']);
  });

  it('finds nothing in nothing', () => {
    expect(find(outputsOf([50, 50, 20, 10, 'car', 0]))).toEqual([]);
    expect(find(new Map([['o', tensorOf([1, 0, 11], () => 0)]]))).toEqual([]);
  });

  const crowd = outputsOf(
    [50, 50, 20, 20, 'person', 0.9],
    [50, 50, 20, 20, 'bicycle', 0.8],
    [20, 50, 20, 20, 'car', 0.7],
    [20, 50, 20, 20, 'truck', 0.6],
    [80, 50, 20, 20, 'truck', 0.2],
  );

  it.each<[string, DetectOptions, Partial<DetectorCard>, string[]]>([
    ['per class by default', {}, {}, ['person', 'bicycle', 'car', 'truck']],
    ['groups of labels suppress each other', { groups: [['car', 'truck']] }, {}, ['person', 'bicycle', 'car']],
    ['all suppress each other', { classAgnostic: true }, {}, ['person', 'car']],
    ['only some labels', { labels: ['truck', 'bicycle'] }, {}, ['bicycle', 'truck']],
    ['the best ones', { maxDetections: 1 }, {}, ['person']],
    ['a higher score', { score: 0.75 }, {}, ['person', 'bicycle']],
    ['a score of one label', { scores: { truck: 0.1 } }, {}, ['person', 'bicycle', 'car', 'truck', 'truck']],
    ['thresholds of the card', {}, { thresholds: { score: 0.65 } }, ['person', 'bicycle', 'car']],
    [
      'before which go those of the user',
      { score: 0.5 },
      { thresholds: { score: 0.65 } },
      ['person', 'bicycle', 'car', 'truck'],
    ],
    [
      'thresholds of the card per label',
      {},
      { thresholds: { perClass: { person: 0.95 } } },
      ['bicycle', 'car', 'truck'],
    ],
    [
      'the score of the user stands for all',
      { score: 0.5 },
      { thresholds: { perClass: { person: 0.95 } } },
      ['person', 'bicycle', 'car', 'truck'],
    ],
    [
      'the IoU threshold of the card',
      { classAgnostic: true },
      { thresholds: { iou: 1 } },
      ['person', 'bicycle', 'car', 'truck'],
    ],
    ['and of the user', { classAgnostic: true, iou: 0.5 }, { thresholds: { iou: 1 } }, ['person', 'car']],
    ['soft-NMS', { classAgnostic: true, soft: { method: 'linear' } }, {}, ['person', 'car']],
  ])('%s', (_why, options, rest, expected) => {
    expect(named(crowd, options, card(rest))).toEqual(expected);
  });

  it('leaves the rows of end-to-end models alone unless it is told an IoU', () => {
    const rows = [
      [0, 25, 10, 35, 0.9, 0],
      [0, 25, 10, 35, 0.8, 0],
    ].flat();
    const outputs = new Map([['o', tensorOf([1, 2, 6], (i) => rows[i])]]);
    const endToEnd = card({ decoder: { kind: 'end-to-end', output: 'o' }, thresholds: { iou: 0.4 } });
    expect(find(outputs, {}, endToEnd).length).toBe(2);
    expect(find(outputs, { iou: 0.45 }, endToEnd).length).toBe(1);
  });

  it.each<[string, DetectOptions]>([
    ['a wanted label', { labels: ['lorry'] }],
    ['a threshold', { scores: { lorry: 0.5 } }],
    ['a group', { groups: [['lorry', 'car']] }],
  ])('refuses %s that the model does not know, naming what it knows', (_why, options) => {
    const error = (() => {
      try {
        createDetect(card(), options);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(LookoutError);
    expect(error).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/lorry.*person, bicycle, car, truck/),
    });
  });

  it('gives results that later pictures do not change', () => {
    const detect = createDetect(card());
    const first = detect(outputsOf([50, 50, 20, 10, 'car', 0.5]), WHERE);
    const copy = structuredClone(first);
    detect(outputsOf([10, 50, 20, 10, 'person', 0.9], [30, 50, 20, 10, 'truck', 0.9]), WHERE);
    expect(first).toEqual(copy);
  });

  it('explains every candidate that is not reported', () => {
    const told: Explanation[] = [];
    const outputs = outputsOf(
      [50, 50, 20, 20, 'person', 0.875],
      [50, 50, 20, 10, 'person', 0.75],
      [20, 50, 20, 20, 'car', 0.625],
      [50, 5, 20, 8, 'person', 0.5],
      [80, 50, 20, 20, 'truck', 0.125],
    );
    const detections = find(outputs, { labels: ['person'], explain: (explanation) => told.push(explanation) });
    expect(detections.map(({ box }) => box)).toEqual([[80, 30, 120, 70]]);
    expect(told).toEqual([
      { label: 'car', score: 0.625, box: [20, 30, 60, 70], reason: 'class' },
      {
        label: 'person',
        score: 0.75,
        box: [80, 40, 120, 60],
        reason: 'suppressed',
        by: { label: 'person', score: 0.875, box: [80, 30, 120, 70] },
        iou: 0.5,
      },
      { label: 'person', score: 0.5, box: [80, 0, 120, 0], reason: 'outside' },
    ]);
  });
});
