import { describe, it } from 'vitest';
import type { Anchor } from '#core/card.js';
import {
  argmax,
  at,
  corners,
  type Read,
  range,
  readAll,
  readable,
  sigmoid,
  tensorOf,
  uniformTensor,
} from '../support/raw.js';
import { expectSame, FLOOR } from '../support/same-reads.js';

/*
 * Each decoder against a slow one that is written straight from the formulas of the layout's own repository: every row
 * and cell in full, thresholds last. N rows, A anchors, C classes, K landmarks, H W cells.
 */

describe('grids that the graph leaves to us', () => {
  /** Megvii YOLOX `demo_postprocess`. */
  it.each([{ multiLabel: false }, { multiLabel: true }])('YOLOX, all classes: $multiLabel', ({ multiLabel }) => {
    const [width, height, classes] = [96, 64, 5];
    const strides = [8, 16, 32];
    const grid = strides.flatMap((stride) =>
      range(height / stride).flatMap((y) => range(width / stride).map((x) => ({ x, y, stride }))),
    );
    const u = uniformTensor([1, grid.length, 5 + classes], 1);
    const t = tensorOf(u.dims, (i) => (i % 10 < 4 ? 4 * u.data[i] - 2 : u.data[i]));
    const expected = grid.flatMap(({ x, y, stride }, row) => {
      const [tx, ty, tw, th, objectness, ...probabilities] = range(10).map((i) => at(t, 0, row, i));
      const box = corners((tx + x) * stride, (ty + y) * stride, Math.exp(tw) * stride, Math.exp(th) * stride);
      return (multiLabel ? range(classes) : [argmax(probabilities)]).map(
        (classId): Read => ({
          box,
          score: objectness * probabilities[classId],
          classId,
        }),
      );
    });
    const card = readable({ kind: 'yolox', output: 'o', strides, raw: true, multiLabel }, classes, [width, height]);
    expectSame(readAll(card, new Map([['o', t]]), FLOOR), expected);
    if (multiLabel) return;
    const reduced = tensorOf([1, grid.length, 6], (index) => {
      const [row, i] = [Math.floor(index / 6), index % 6];
      const probabilities = range(classes).map((c) => at(t, 0, row, 5 + c));
      return i < 4 ? at(t, 0, row, i) : i === 4 ? at(t, 0, row, 4) * Math.max(...probabilities) : argmax(probabilities);
    });
    const small = readable({ kind: 'yolox', output: 'o', strides, raw: true, reduced: true }, classes, [width, height]);
    expectSame(readAll(small, new Map([['o', reduced]]), FLOOR), expected);
  });

  it('YOLOX with its grid in the graph is read as rows', () => {
    const t = tensorOf([1, 1, 7], (i) => [50, 40, 20, 10, 0.8, 0.2, 0.9][i]);
    const card = readable({ kind: 'yolox', output: 'o', strides: [8, 16, 32], raw: false }, 2, [416, 416]);
    expectSame(readAll(card, new Map([['o', t]]), FLOOR), [{ box: [40, 35, 60, 45], score: 0.72, classId: 1 }]);
  });

  /** dog-qiuqiu Yolo-FastestV2 `handel_preds` and `non_max_suppression` with `multi_label`. */
  it('Yolo-FastestV2: classes shared by the anchors of a cell, each of them counts', () => {
    const [width, height, classes] = [64, 96, 4];
    const heads = [
      {
        stride: 16,
        anchors: [
          [12, 18],
          [37, 49],
        ] as Anchor[],
      },
      {
        stride: 32,
        anchors: [
          [115, 73],
          [119, 199],
        ] as Anchor[],
      },
    ];
    const grid = heads.flatMap((head) =>
      range(height / head.stride).flatMap((y) => range(width / head.stride).map((x) => ({ x, y, ...head }))),
    );
    const t = uniformTensor([grid.length, 2 * 5 + classes], 3);
    const expected = grid.flatMap(({ x, y, stride, anchors }, row) =>
      anchors.flatMap((anchor, a) => {
        const [bx, by, bw, bh] = range(4).map((i) => at(t, row, 4 * a + i));
        const box = corners(
          (bx * 2 - 0.5 + x) * stride,
          (by * 2 - 0.5 + y) * stride,
          (bw * 2) ** 2 * anchor[0],
          (bh * 2) ** 2 * anchor[1],
        );
        return range(classes).map(
          (classId): Read => ({ box, score: at(t, row, 8 + a) * at(t, row, 10 + classId), classId }),
        );
      }),
    );
    const card = readable({ kind: 'yolo-fastest-v2', output: 'o', heads }, classes, [width, height]);
    expectSame(readAll(card, new Map([['o', t]]), FLOOR), expected);
  });

  /** dog-qiuqiu FastestDet `handle_preds`. */
  it('FastestDet', () => {
    const [rows, columns, classes] = [4, 6, 7];
    const u = uniformTensor([1, 5 + classes, rows, columns], 4);
    const cells = rows * columns;
    const t = tensorOf(u.dims, (i) => (i >= cells && i < 5 * cells ? 4 * u.data[i] - 2 : u.data[i]));
    const expected = range(rows).flatMap((y) =>
      range(columns).map((x): Read => {
        const v = range(5 + classes).map((i) => at(t, 0, i, y, x));
        const probabilities = v.slice(5);
        const box = corners(
          ((x + Math.tanh(v[1])) / columns) * 96,
          ((y + Math.tanh(v[2])) / rows) * 64,
          sigmoid(v[3]) * 96,
          sigmoid(v[4]) * 64,
        );
        return { box, score: v[0] ** 0.6 * Math.max(...probabilities) ** 0.4, classId: argmax(probabilities) };
      }),
    );
    expectSame(
      readAll(readable({ kind: 'fastestdet', output: 'o' }, classes, [96, 64]), new Map([['o', t]]), 0.6),
      expected,
      0.6,
    );
  });
});
