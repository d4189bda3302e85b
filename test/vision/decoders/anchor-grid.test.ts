import { describe, it } from 'vitest';
import type { Anchor, DecoderSpec } from '#core/card.js';
import type { RawOutput, Tensor } from '#core/tensor.js';
import {
  argmax,
  at,
  corners,
  normalTensor,
  type Read,
  range,
  readAll,
  readable,
  sigmoid,
  softmax,
  tensorOf,
  transposed,
  uniformTensor,
} from '../support/raw.js';
import { expectSame, FLOOR } from '../support/same-reads.js';

/*
 * Each decoder against a slow one that is written straight from the formulas of the layout's own repository: every row
 * and cell in full, thresholds last. N rows, A anchors, C classes, K landmarks, H W cells.
 */

describe('anchor boxes, raw heads', () => {
  const V2: Anchor[] = [
    [18.3, 21.7],
    [60, 66],
    [106, 175],
    [252, 112],
    [312, 293],
  ];
  const V3: Anchor[] = [
    [10, 13],
    [16, 30],
    [33, 23],
  ];
  const cases: [string, Extract<DecoderSpec, { kind: 'anchor-grid' }>, number][] = [
    ['YOLOv2: exp sizes, softmax', spec({ stride: 32, anchors: V2 }, { classes: 'softmax' }), 20],
    ['YOLOv3: exp sizes, sigmoid', spec({ stride: 16, anchors: V3 }, {}), 80],
    ['YOLOv4: grid scale of the head', spec({ stride: 8, anchors: V3, gridScale: 1.2 }, { gridScale: 1.05 }), 80],
    ['YOLOv5: sigmoid sizes, grid scale 2', spec({ stride: 16, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2 }), 80],
    ['one class', spec({ stride: 16, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2 }), 1],
    [
      'YOLOv7 of one class: objectness alone',
      spec({ stride: 16, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2, classes: 'none' }),
      1,
    ],
    [
      'sigmoid in the graph',
      spec({ stride: 16, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2, activated: true }),
      12,
    ],
    ['all classes of an anchor', spec({ stride: 16, anchors: V3 }, { multiLabel: true }), 7],
    ['all classes of a softmax', spec({ stride: 16, anchors: V3 }, { multiLabel: true, classes: 'softmax' }), 4],
    ['more classes than COCO has', spec({ stride: 32, anchors: V3 }, {}), 601],
  ];

  function spec(
    head: { stride: number; anchors: Anchor[]; gridScale?: number },
    rest: Partial<Extract<DecoderSpec, { kind: 'anchor-grid' }>>,
  ): Extract<DecoderSpec, { kind: 'anchor-grid' }> {
    return {
      kind: 'anchor-grid',
      heads: [{ output: 'head', ...head }],
      sizes: 'exp',
      classes: 'sigmoid',
      gridScale: 1,
      ...rest,
    };
  }

  /** darknet `get_region_box`, `get_yolo_box`; YOLOv5 `Detect.forward`: `t` is `[A, H, W, 5+C]`. */
  function reference(t: Tensor, decoder: Extract<DecoderSpec, { kind: 'anchor-grid' }>): Read[] {
    const [head] = decoder.heads;
    const [anchors, rows, columns, values] = t.dims;
    const squash = decoder.activated ? (x: number) => x : sigmoid;
    const s = head.gridScale ?? decoder.gridScale;
    const reads: Read[] = [];
    for (const a of range(anchors)) {
      for (const y of range(rows)) {
        for (const x of range(columns)) {
          const v = range(values).map((i) => at(t, a, y, x, i));
          const cx = (squash(v[0]) * s - 0.5 * (s - 1) + x) * head.stride;
          const cy = (squash(v[1]) * s - 0.5 * (s - 1) + y) * head.stride;
          const [w, h] = [2, 3].map((i) =>
            decoder.sizes === 'exp'
              ? Math.exp(v[i]) * head.anchors[a][i - 2]
              : (squash(v[i]) * 2) ** 2 * head.anchors[a][i - 2],
          );
          const logits = v.slice(5);
          const probabilities = { none: [1], softmax: softmax(logits), sigmoid: logits.map(squash) }[decoder.classes];
          const wanted = decoder.multiLabel ? range(probabilities.length) : [argmax(probabilities)];
          for (const classId of wanted) {
            reads.push({ box: corners(cx, cy, w, h), score: squash(v[4]) * probabilities[classId], classId });
          }
        }
      }
    }
    return reads;
  }

  it.each(cases)('%s', (_why, decoder, classes) => {
    const [{ anchors, stride }] = decoder.heads;
    const [rows, columns] = [6, 10];
    const card = readable(decoder, classes, [columns * stride, rows * stride]);
    const dims = [anchors.length, rows, columns, 5 + classes];
    const t = decoder.activated ? uniformTensor(dims, 1, 0.2, 1) : normalTensor(dims, 1, { spread: 1.5 });
    const expected = reference(t, decoder);
    const whole = { data: t.data, dims: [1, ...t.dims] };
    expectSame(readAll(card, new Map([['head', whole]]), FLOOR), expected);
  });

  it.each<[string, readonly number[], (dims: readonly number[]) => number[]]>([
    // why, axes of [A, H, W, 5+C] in the order of the layout, dims as the graph declares them
    ['[1, A, H, W, 5+C]', [0, 1, 2, 3], (dims) => [1, ...dims]],
    ['[A, H, W, 5+C] without batch', [0, 1, 2, 3], (dims) => [...dims]],
    ['[1, A*(5+C), H, W]', [0, 3, 1, 2], ([a, k, h, w]) => [1, a * k, h, w]],
    ['[A*(5+C), H, W] without batch', [0, 3, 1, 2], ([a, k, h, w]) => [a * k, h, w]],
    ['[1, A, 5+C, H, W]', [0, 3, 1, 2], (dims) => [1, ...dims]],
    ['[1, H, W, A, 5+C]', [1, 2, 0, 3], (dims) => [1, ...dims]],
    ['[1, H, W, A*(5+C)]', [1, 2, 0, 3], ([h, w, a, k]) => [1, h, w, a * k]],
  ])('the same candidates from %s', (_why, axes, declared) => {
    const decoder = spec({ stride: 32, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2 });
    const t = normalTensor([3, 3, 5, 5 + 4], 2, { spread: 1.5 });
    const moved = transposed(t, axes);
    const outputs: RawOutput = new Map([['head', { data: moved.data, dims: declared(moved.dims) }]]);
    expectSame(readAll(readable(decoder, 4, [160, 96]), outputs, FLOOR), reference(t, decoder));
  });

  it('three heads follow each other', () => {
    const heads = [8, 16, 32].map((stride, i) => ({
      output: `head ${i}`,
      stride,
      anchors: V3.map(([w, h]): Anchor => [w * stride, h]),
    }));
    const decoder: DecoderSpec = { ...spec({ stride: 8, anchors: V3 }, {}), heads };
    const tensors = heads.map(({ stride }, i) => normalTensor([3, 64 / stride, 96 / stride, 5 + 3], i, { spread: 2 }));
    const outputs: RawOutput = new Map(tensors.map((t, i) => [`head ${i}`, { data: t.data, dims: [1, ...t.dims] }]));
    const expected = tensors.flatMap((t, i) => reference(t, { ...decoder, heads: [heads[i]] }));
    expectSame(readAll(readable(decoder, 3, [96, 64]), outputs, FLOOR), expected);
  });

  it('a raw YOLOv5 head gives what its exported rows give', () => {
    const decoder = spec({ stride: 16, anchors: V3 }, { sizes: 'sigmoid', gridScale: 2 });
    const t = normalTensor([3, 4, 4, 5 + 6], 3, { spread: 2 });
    // YOLOv5 `Detect.forward`: y[..., 0:2] * 2 - 0.5 + grid, (y[..., 2:4] * 2) ** 2 * anchor_grid
    const rows = tensorOf([1, 48, 11], (index) => {
      const [row, i] = [Math.floor(index / 11), index % 11];
      const [a, y, x] = [Math.floor(row / 16), Math.floor((row % 16) / 4), row % 4];
      const v = sigmoid(t.data[index]);
      if (i < 2) return (v * 2 - 0.5 + [x, y][i]) * 16;
      return i < 4 ? (v * 2) ** 2 * V3[a][i - 2] : v;
    });
    const raw = readAll(
      readable(decoder, 6, [64, 64]),
      new Map([['head', { data: t.data, dims: [1, ...t.dims] }]]),
      FLOOR,
    );
    expectSame(readAll(readable({ kind: 'rows', output: 'head' }, 6, [64, 64]), new Map([['head', rows]]), FLOOR), raw);
  });
});
