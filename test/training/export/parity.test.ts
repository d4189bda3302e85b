import { describe, expect, it } from 'vitest';
import { compareDetections, parityText } from '#training/export/parity.js';

const box = (x: number, score: number, classId = 0) => ({ box: [x, 0, x + 10, 10] as const, score, classId });

describe('parity of detections', () => {
  it.each([
    { why: 'nothing in either', a: [], b: [], parity: { boxes: 0, unmatched: 0, boxPx: 0, score: 0 } },
    { why: 'the same', a: [box(0, 0.9)], b: [box(0, 0.9)], parity: { boxes: 1, unmatched: 0, boxPx: 0, score: 0 } },
    {
      why: 'moved a little',
      a: [box(0, 0.9)],
      b: [box(0.25, 0.8)],
      parity: { boxes: 1, unmatched: 0, boxPx: 0.25, score: 0.1 },
    },
    {
      why: 'another class',
      a: [box(0, 0.9)],
      b: [box(0, 0.9, 1)],
      parity: { boxes: 1, unmatched: 2, boxPx: 0, score: 0 },
    },
    {
      why: 'one more',
      a: [box(0, 0.9)],
      b: [box(0, 0.9), box(50, 0.5)],
      parity: { boxes: 1, unmatched: 1, boxPx: 0, score: 0 },
    },
    { why: 'below the threshold', a: [box(0, 0.2)], b: [], parity: { boxes: 0, unmatched: 0, boxPx: 0, score: 0 } },
    {
      why: 'at the threshold',
      a: [box(0, 0.25)],
      b: [box(0, 0.2499)],
      parity: { boxes: 1, unmatched: 0, boxPx: 0, score: 0 },
    },
  ])('$why', ({ a, b, parity }) => {
    const found = compareDetections([a], [b], 0.25);
    expect(found).toMatchObject({ pictures: 1, boxes: parity.boxes, unmatched: parity.unmatched });
    expect(found.boxPx).toBeCloseTo(parity.boxPx, 6);
    expect(found.score).toBeCloseTo(parity.score, 6);
  });
});

describe('the line about it', () => {
  const none = { pictures: 8, boxes: 0, unmatched: 0, boxPx: 0, score: 0 };

  it.each([
    ['claims nothing that no box has shown', none, /^exported; not compared .* finds nothing on 8 pictures/],
    ['says that both agree', { ...none, boxes: 9 }, /^exported box by box as trained: 9 boxes/],
    [
      'says that they do not',
      { ...none, boxes: 9, unmatched: 1 },
      /^exported, not box by box as trained: .* 1 unmatched$/,
    ],
  ])('%s', (_, parity, line) => {
    expect(parityText(parity)).toMatch(line);
  });
});
