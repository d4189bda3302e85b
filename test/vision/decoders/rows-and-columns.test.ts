import { describe, expect, it } from 'vitest';
import type { Tensor } from '#core/tensor.js';
import {
  argmax,
  at,
  corners,
  type Read,
  range,
  readAll,
  readable,
  tensorOf,
  transposed,
  uniformTensor,
} from '../support/raw.js';
import { expectSame, FLOOR } from '../support/same-reads.js';

/*
 * Each decoder against a slow one that is written straight from the formulas of the layout's own repository: every row
 * and cell in full, thresholds last. N rows, A anchors, C classes, K landmarks, H W cells.
 */

describe('rows and columns that the graph has decoded', () => {
  const N = 60;
  /** cx, cy, w, h in px, then scores. */
  const rowsOf = (width: number, seed: number) => {
    const t = uniformTensor([1, N, width], seed);
    return tensorOf(t.dims, (index) => (index % width < 4 ? 1 + 200 * t.data[index] : t.data[index]));
  };
  const numbersOf = (t: Tensor, row: number) => range(t.dims[2]).map((i) => at(t, 0, row, i));

  it.each([1, 3, 80, 200])('YOLOv5 and YOLOv7 rows of %i classes', (classes) => {
    const t = rowsOf(5 + classes, classes);
    const expected = range(N).map((row): Read => {
      const [x, y, w, h, objectness, ...probabilities] = numbersOf(t, row);
      const classId = argmax(probabilities);
      return { box: corners(x, y, w, h), score: objectness * probabilities[classId], classId };
    });
    expectSame(
      readAll(readable({ kind: 'rows', output: 'o' }, classes, [224, 224]), new Map([['o', t]]), FLOOR),
      expected,
    );
    const bare = new Map([['o', { data: t.data, dims: [N, 5 + classes] }]]);
    expectSame(readAll(readable({ kind: 'rows', output: 'o' }, classes, [224, 224]), bare, FLOOR), expected);
  });

  it('rows of one class may count objectness alone, or all classes', () => {
    const t = rowsOf(6, 1);
    const expected = range(N).map((row): Read => {
      const [x, y, w, h, score] = numbersOf(t, row);
      return { box: corners(x, y, w, h), score, classId: 0 };
    });
    expectSame(
      readAll(readable({ kind: 'rows', output: 'o', classes: 'none' }, 1, [224, 224]), new Map([['o', t]]), FLOOR),
      expected,
    );
    const several = rowsOf(8, 2);
    const all = range(N).flatMap((row) => {
      const [x, y, w, h, objectness, ...probabilities] = numbersOf(several, row);
      return probabilities.map((p, classId): Read => ({ box: corners(x, y, w, h), score: objectness * p, classId }));
    });
    const card = readable({ kind: 'rows', output: 'o', multiLabel: true }, 3, [224, 224]);
    expectSame(readAll(card, new Map([['o', several]]), FLOOR), all);
  });

  /** Ultralytics YOLOv8 `Detect`, `Pose`: `[1, 4+C+K*D, N]`. */
  it.each([
    { classes: 80, landmarks: 0, landmarkValues: 3 as const },
    { classes: 1, landmarks: 17, landmarkValues: 3 as const },
    { classes: 2, landmarks: 5, landmarkValues: 2 as const },
    { classes: 365, landmarks: 0, landmarkValues: 2 as const },
    { classes: 9, landmarks: 0, landmarkValues: 2 as const, multiLabel: true },
  ])('columns, $classes classes, $landmarks landmarks of $landmarkValues, all classes: $multiLabel', (shape) => {
    const { classes, landmarks, landmarkValues: d, multiLabel } = shape;
    const t = rowsOf(4 + classes + landmarks * d, classes);
    const expected = range(N).flatMap((row) => {
      const [x, y, w, h, ...rest] = numbersOf(t, row);
      const probabilities = rest.slice(0, classes);
      const points = range(landmarks).map((k) => [...rest.slice(classes + k * d, classes + k * d + d), 1].slice(0, 3));
      return (multiLabel ? range(classes) : [argmax(probabilities)]).map(
        (classId): Read => ({
          box: corners(x, y, w, h),
          score: probabilities[classId],
          classId,
          ...(landmarks > 0 && { landmarks: points }),
        }),
      );
    });
    const card = readable({ kind: 'columns', output: 'o', ...shape }, classes, [224, 224]);
    expectSame(readAll(card, new Map([['o', transposed(t, [0, 2, 1])]]), 0.9), expected, 0.9);
    expectSame(readAll(card, new Map([['o', t]]), 0.9), expected, 0.9);
  });

  it('end-to-end rows, with and without landmarks', () => {
    for (const landmarks of [0, 3]) {
      const width = 6 + 2 * landmarks;
      const u = uniformTensor([1, N, width], 5);
      const t = tensorOf(u.dims, (index) => {
        const i = index % width;
        if (i === 5) return Math.floor(u.data[index] * 10);
        return i === 4 ? u.data[index] : i === 2 || i === 3 ? 100 + 100 * u.data[index] : 99 * u.data[index];
      });
      const expected = range(N).map((row): Read => {
        const [x1, y1, x2, y2, score, classId, ...points] = numbersOf(t, row);
        const read = { box: [x1, y1, x2, y2], score, classId };
        return landmarks
          ? { ...read, landmarks: range(landmarks).map((k) => [points[2 * k], points[2 * k + 1], 1]) }
          : read;
      });
      const card = readable({ kind: 'end-to-end', output: 'o', landmarks, landmarkValues: 2 }, 10, [224, 224]);
      expectSame(readAll(card, new Map([['o', t]]), FLOOR), expected);
    }
  });

  it('an end-to-end class without a label is an error of the model', () => {
    const t = tensorOf([1, 1, 6], (i) => [0, 0, 9, 9, 0.9, 80][i]);
    const card = readable({ kind: 'end-to-end', output: 'o' }, 80, [64, 64]);
    expect(() => readAll(card, new Map([['o', t]]), FLOOR)).toThrow(/class 80 has no label/);
  });

  it('reduced outputs give what the full ones give', () => {
    const classes = 20;
    const full = rowsOf(5 + classes, 7);
    const best = (row: number, from: number) => {
      const values = numbersOf(full, row).slice(from);
      return [argmax(values), Math.max(...values)];
    };
    const rows = tensorOf([1, N, 6], (index) => {
      const [row, i] = [Math.floor(index / 6), index % 6];
      const [classId, probability] = best(row, 5);
      return i < 4 ? at(full, 0, row, i) : i === 4 ? at(full, 0, row, 4) * probability : classId;
    });
    const expected = readAll(
      readable({ kind: 'rows', output: 'o' }, classes, [224, 224]),
      new Map([['o', full]]),
      FLOOR,
    );
    expectSame(
      readAll(
        readable({ kind: 'rows', output: 'o', reduced: true }, classes, [224, 224]),
        new Map([['o', rows]]),
        FLOOR,
      ),
      expected,
    );

    // The first of the 21 scores is a class here.
    const columnsCard = (reduced: boolean) =>
      readable({ kind: 'columns', output: 'o', landmarks: 0, landmarkValues: 3, reduced }, classes + 1, [224, 224]);
    const columns = tensorOf([1, 6, N], (index) => {
      const [i, row] = [Math.floor(index / N), index % N];
      return i < 4 ? at(full, 0, row, i) : best(row, 4)[5 - i];
    });
    const wanted = readAll(columnsCard(false), new Map([['o', transposed(full, [0, 2, 1])]]), 0.97);
    expectSame(readAll(columnsCard(true), new Map([['o', columns]]), 0.97), wanted, 0.97);
  });
});
