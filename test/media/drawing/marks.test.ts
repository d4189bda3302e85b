import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection } from '#core/detection.js';
import { labelTexts } from '#media/drawing/label-text.js';
import { marksOf } from '#media/drawing/marks.js';
import { placeLabel, type Rect } from '#media/drawing/place-label.js';
import { styleFor } from '#media/drawing/style.js';

const size = { width: 320, height: 240 };
const style = styleFor(size);
const measure = (text: string) => ({ width: 2 * Math.ceil(text.length * 3.5), height: 16 });

const detection = (box: Detection['box'], more: Partial<Detection> & { trackId?: number } = {}) => ({
  box,
  label: 'person',
  classId: 0,
  score: 0.5,
  ...more,
});

describe('the marks of a picture', () => {
  it('are boxes, then landmarks, then labels; the best score is drawn last', () => {
    const landmarks = [
      [30, 30, 1],
      [40, 40, 0.1],
      [-5, 10, 1],
      [50, 50, 0.9],
    ] as const;
    const marks = marksOf(
      [detection([20, 20, 80, 90], { score: 0.3, landmarks }), detection([100, 100, 150, 150], { score: 0.9 })],
      { size, style, measure },
    );
    expect(marks.map(({ kind }) => kind)).toEqual(['box', 'box', 'dot', 'dot', 'label', 'label']);
    expect(marks.filter((mark) => mark.kind === 'box').map(({ left }) => left)).toEqual([20, 100]);
    expect(marks.at(-1)).toMatchObject({ text: 'person 0.90' });
  });

  it('of nothing are none', () => expect(marksOf([], { size, style, measure })).toEqual([]));

  it.each([
    ['on even coordinates around the box', [20.4, 31.2, 60.9, 81], { left: 20, top: 30, right: 62, bottom: 82 }],
    ['cut at the picture', [-30, -5, 400, 300], { left: 0, top: 0, right: 320, bottom: 240 }],
    ['of a box without area', [50, 50, 50, 50], { left: 50, top: 50, right: 52, bottom: 52 }],
    ['of a box in the last corner', [320, 240, 320, 240], { left: 318, top: 238, right: 320, bottom: 240 }],
  ] as const)('lie %s', (_, box, rect) => {
    expect(marksOf([detection(box)], { size, style, measure })[0]).toMatchObject({ kind: 'box', ...rect });
  });

  it('never leave the picture, whatever the boxes', () => {
    const number = fc.double({ min: -500, max: 800, noNaN: true });
    const boxes = fc.array(fc.tuple(number, number, number, number), { maxLength: 12 });
    const sides = fc.record({ width: fc.integer({ min: 2, max: 500 }), height: fc.integer({ min: 2, max: 400 }) });
    fc.assert(
      fc.property(boxes, sides, (drawn, size) => {
        const detections = drawn.map(([a, b, c, d]) =>
          detection([Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]),
        );
        for (const mark of marksOf(detections, { size, style: styleFor(size), measure })) {
          if (mark.kind === 'dot') continue;
          expect(mark.left >= 0 && mark.top >= 0 && mark.right <= size.width && mark.bottom <= size.height).toBe(true);
          expect(mark.left < mark.right && mark.top < mark.bottom && mark.left % 2 === 0 && mark.top % 2 === 0).toBe(
            true,
          );
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('shorten a label that is wider than the picture', () => {
    const marks = marksOf([detection([0, 0, 20, 20], { label: 'a very long label indeed' })], {
      size: { width: 60, height: 60 },
      style,
      measure,
    });
    expect(marks.at(-1)).toMatchObject({ kind: 'label', text: expect.stringMatching(/^a very.*…$/) });
  });
});

describe('a label', () => {
  const chip = { width: 40, height: 16 };
  const rect = (left: number, top: number, right: number, bottom: number): Rect => ({ left, top, right, bottom });
  const at = (box: Rect, taken: Rect[] = []) => {
    const place = placeLabel({ box, chip, size, taken });
    return place && [place.rect.left, place.rect.top];
  };
  it.each([
    ['stands above its box', rect(50, 60, 100, 120), [], [50, 44]],
    ['goes inside when there is no room above', rect(50, 10, 100, 120), [], [50, 10]],
    ['touches the top edge exactly', rect(50, 16, 100, 120), [], [50, 0]],
    ['moves left at the right edge', rect(300, 60, 320, 120), [], [280, 44]],
    ['goes inside when another one is above', rect(50, 60, 100, 120), [rect(40, 40, 80, 56)], [50, 60]],
    ['goes below when above and inside are taken', rect(50, 60, 100, 120), [rect(40, 40, 80, 80)], [50, 120]],
    [
      'goes inside at the bottom when all else at the left is taken',
      rect(50, 60, 100, 120),
      [rect(40, 40, 80, 80), rect(40, 120, 80, 140)],
      [50, 104],
    ],
    ['goes to the right edge when the left is taken', rect(50, 60, 120, 120), [rect(40, 40, 80, 140)], [80, 44]],
    ['may share a little', rect(50, 60, 100, 120), [rect(40, 40, 110, 121), rect(40, 133, 110, 140)], [50, 120]],
    ['is left out when it could not be read', rect(50, 60, 100, 120), [rect(0, 0, 320, 240)], undefined],
  ])('%s', (_, box, taken, place) => expect(at(box, taken)).toEqual(place));

  it.each([
    [{ score: 0.876 }, ['person 0.88', 'person']],
    [{ score: 1 }, ['person 1.00', 'person']],
    [{ trackId: 7 }, ['#7 person 0.50', '#7 person', '#7']],
    [{ label: 'traffic\nlight\u0000' }, ['traffic light  0.50', 'traffic light ']],
  ])('of %j reads %j', (more, texts) => expect(labelTexts(detection([0, 0, 1, 1], more))).toEqual(texts));

  const texts = (boxes: Detection['box'][], more: { trackId?: number } = {}) =>
    marksOf(
      boxes.map((box, index) => detection(box, { score: 0.9 - index / 10, ...more })),
      { size, style, measure },
    ).flatMap((mark) => (mark.kind === 'label' ? [[mark.text, mark.left, mark.top]] : []));

  it('goes where it hides no other object', () =>
    // The small object above the big one would be hidden by a label above it.
    expect(
      texts([
        [100, 100, 200, 200],
        [104, 80, 124, 100],
      ])[1],
    ).toEqual(['person 0.90', 100, 100]));

  it('is shortened where it would hide other objects wherever it stands', () => {
    const around = [70, 118].flatMap((x) => [84, 128].map((y): Detection['box'] => [x, y, x + 14, y + 20]));
    expect(texts([[100, 100, 114, 130], ...around], { trackId: 7 }).at(-1)).toEqual(['#7', 100, 84]);
  });

  it('of a small box goes below before it hides the object itself', () =>
    expect(texts([[100, 4, 112, 30]])).toEqual([['person 0.90', 100, 30]]));
});
