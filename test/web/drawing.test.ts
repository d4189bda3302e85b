import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObservationRecord } from '#core/record.js';
import { contain } from '../../src/web/drawing/fit.js';
import { labelTexts, placeLabel, type Rectangle } from '../../src/web/drawing/labels.js';
import { trailsOf } from '../../src/web/drawing/trails.js';

describe('a picture in an area', () => {
  it.each([
    ['of its own size', [640, 360], [640, 360], [1, 1, 0, 0]],
    ['that is wider', [640, 360], [1000, 360], [1, 1, 180, 0]],
    ['that is higher', [640, 360], [640, 460], [1, 1, 0, 50]],
    ['twice as large', [640, 360], [1280, 720], [2, 2, 0, 0]],
  ])('%s', (_, picture, area, expected) => {
    const [frame, space] = [picture, area].map(([width, height]) => ({ width: width!, height: height! }));
    const { scaleX, scaleY, left, top } = contain(frame!, frame!, space!);
    expect([scaleX, scaleY, left, top]).toEqual(expected);
  });

  it('takes points of a smaller analysed frame, and of pixels that are not square', () => {
    const [picture, area] = [
      { width: 1024, height: 576 },
      { width: 1024, height: 576 },
    ];
    const { scaleX, scaleY } = contain({ width: 720, height: 576 }, picture, area);
    expect([720 * scaleX, 576 * scaleY]).toEqual([1024, 576]);
  });
});

describe('the text of a label', () => {
  const car = { label: 'car', class_id: 2, score: 0.879, box: [0, 0, 1, 1], track_id: 7 } as const;
  const all = { labels: true, ids: true, scores: true };

  it.each([
    ['everything, then less and less', all, ['car #7 87%', 'car #7', 'car']],
    ['without ids', { ...all, ids: false }, ['car 87%', 'car']],
    ['ids alone', { labels: false, ids: true, scores: false }, ['#7']],
    ['scores alone', { labels: false, ids: false, scores: true }, ['87%']],
    ['nothing', { labels: false, ids: false, scores: false }, []],
  ])('%s', (_, show, expected) => {
    expect(labelTexts(car, show)).toEqual(expected);
  });

  it('never rounds a score up: 99.9 % is not certain', () => {
    expect(labelTexts({ ...car, score: 0.999 }, { labels: false, ids: false, scores: true })).toEqual(['99%']);
  });
});

describe('the place of a label', () => {
  const area = { x: 0, y: 0, width: 200, height: 100 };
  const label = { width: 60, height: 20 };

  it.each([
    ['above its box', { x: 50, y: 40, width: 30, height: 30 }, [], [50, 20]],
    ['below, where there is no room above', { x: 50, y: 10, width: 30, height: 30 }, [], [50, 40]],
    ['inside, where there is room neither above nor below', { x: 50, y: 5, width: 30, height: 90 }, [], [50, 5]],
    ['not beyond the right edge', { x: 180, y: 40, width: 20, height: 30 }, [], [140, 20]],
    ['not beyond the left edge', { x: -30, y: 40, width: 60, height: 30 }, [], [0, 20]],
    ['below, where another label is above', { x: 50, y: 40, width: 30, height: 30 }, [{ x: 60, y: 25 }], [50, 70]],
    ['beside a label that only touches', { x: 50, y: 40, width: 30, height: 30 }, [{ x: 110, y: 20 }], [50, 20]],
  ])('%s', (_, box, others, [x, y]) => {
    const taken = (others as { x: number; y: number }[]).map((other) => ({ ...label, ...other }));
    expect(placeLabel(box, label, area, taken)).toEqual({ ...label, x, y });
  });

  it('is nowhere when it would cover another label everywhere', () => {
    expect(placeLabel({ x: 50, y: 40, width: 30, height: 30 }, label, area, [area])).toBeUndefined();
  });

  it('never covers another and never leaves the area', () => {
    const side = fc.integer({ min: 0, max: 90 });
    const box = fc.record({ x: side, y: side, width: side, height: side });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 20 }), (boxes) => {
        const taken: Rectangle[] = [];
        for (const one of boxes) {
          const place = placeLabel(one, { width: 30, height: 10 }, area, taken);
          if (place === undefined) continue;
          expect(place.x >= 0 && place.y >= 0 && place.x + 30 <= 200 && place.y + 10 <= 100).toBe(true);
          for (const other of taken) {
            expect(Math.abs(place.x - other.x) >= 30 || Math.abs(place.y - other.y) >= 10).toBe(true);
          }
          taken.push(place);
        }
      }),
    );
  });
});

describe('trails', () => {
  const seen = (pts: number, ...tracks: (readonly [id: number | undefined, left: number])[]): ObservationRecord => ({
    ...{ source: 'clip', seq: 0, pts, frame: { width: 100, height: 100 } },
    detections: tracks.map(([track_id, left]) => ({
      ...{ label: 'car', class_id: 2, score: 0.5, box: [left, 0, left + 10, 20] },
      ...(track_id !== undefined && { track_id }),
    })),
  });

  it('are none without observations, or of a single one', () => {
    expect(trailsOf([])).toEqual([]);
    expect(trailsOf([seen(1, [1, 0])])).toEqual([]);
  });

  it('lead along the ground to where the object is now', () => {
    const [trail] = trailsOf([seen(1, [7, 0]), seen(2, [7, 10]), seen(3, [7, 30])], 4);
    expect(trail).toEqual({
      trackId: 7,
      label: 'car',
      points: [
        { x: 5, y: 20, age: 0.5 },
        { x: 15, y: 20, age: 0.25 },
        { x: 35, y: 20, age: 0 },
      ],
    });
  });

  it('are drawn only for tracks that are here now, and not for things without a track', () => {
    const trails = trailsOf([seen(1, [1, 0], [2, 0], [undefined, 5]), seen(2, [2, 5], [undefined, 6], [3, 0])]);
    expect(trails.map(({ trackId }) => trackId)).toEqual([2]);
  });

  it('end where they are too old', () => {
    const [trail] = trailsOf([seen(0, [1, 0]), seen(8, [1, 10]), seen(10, [1, 20])], 2.5);
    expect(trail!.points.map(({ x }) => x)).toEqual([15, 25]);
  });
});
