import { describe, expect, it } from 'vitest';
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
} from './support/raw.js';

/*
 * Each decoder against a slow one that is written straight from the formulas of the layout's own repository: every row
 * and cell in full, thresholds last. N rows, A anchors, C classes, K landmarks, H W cells.
 */

const FLOOR = 0.25;

/** The same candidates in the same order, to the rounding of float32; scores at the floor may fall on either side. */
function expectSame(found: readonly Read[], reference: readonly Read[], floor = FLOOR): void {
  const clear = ({ score }: Read) => Math.abs(score - floor) > 1e-6;
  const expected = reference.filter(({ score }) => score >= floor).filter(clear);
  const compared = found.filter(clear);
  expect(compared.length).toBe(expected.length);
  expect(expected.length, 'something to compare').toBeGreaterThan(0);
  expected.forEach((wanted, i) => {
    const one = compared[i];
    expect(one.classId).toBe(wanted.classId);
    expect(one.score).toBeCloseTo(wanted.score, 5);
    const near = (a: number, b: number) => Math.abs(a - b) <= 1e-3 + 1e-5 * Math.abs(b);
    expect(
      one.box.every((side, k) => near(side, wanted.box[k])),
      `${one.box} is ${wanted.box}`,
    ).toBe(true);
    expect(one.landmarks?.length).toBe(wanted.landmarks?.length);
    wanted.landmarks?.forEach((point, k) => {
      expect(
        point.every((value, j) => near(one.landmarks![k][j], value)),
        `${one.landmarks![k]} is ${point}`,
      ).toBe(true);
    });
  });
}

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

describe('faces', () => {
  /** insightface `SCRFD.forward`, `distance2bbox`, `distance2kps`. */
  it.each([
    ['with batch', true, true],
    ['without batch', false, true],
    ['without points', true, false],
  ])('SCRFD %s', (_why, batch, withPoints) => {
    const [width, height] = [96, 64];
    const heads = [8, 16, 32].map((stride) => ({
      stride,
      score: `${stride} s`,
      box: `${stride} b`,
      ...(withPoints && { landmarks: `${stride} p` }),
    }));
    const outputs = new Map<string, Tensor>();
    const expected: Read[] = [];
    for (const { stride } of heads) {
      const [rows, columns] = [height / stride, width / stride];
      const n = rows * columns * 2;
      const dims = (values: number) => (batch ? [1, n, values] : [n, values]);
      const scores = uniformTensor(dims(1), stride);
      const boxes = uniformTensor(dims(4), stride + 1, 0, 4);
      const points = uniformTensor(dims(10), stride + 2, -3, 3);
      outputs.set(`${stride} s`, scores).set(`${stride} b`, boxes).set(`${stride} p`, points);
      // anchor_centers: mgrid * stride, each twice
      const centres = range(rows)
        .flatMap((y) =>
          range(columns).flatMap((x) => [
            [x, y],
            [x, y],
          ]),
        )
        .map((c) => c.map((v) => v * stride));
      centres.forEach(([x, y], i) => {
        const [l, t, r, b] = [...boxes.data.subarray(4 * i, 4 * i + 4)].map((v) => v * stride);
        const kps = [...points.data.subarray(10 * i, 10 * i + 10)].map((v) => v * stride);
        expected.push({
          box: [x - l, y - t, x + r, y + b],
          score: scores.data[i],
          classId: 0,
          ...(withPoints && { landmarks: range(5).map((k) => [x + kps[2 * k], y + kps[2 * k + 1], 1]) }),
        });
      });
    }
    const card = readable({ kind: 'scrfd', heads, anchorsPerCell: 2 }, 1, [width, height]);
    expectSame(readAll(card, outputs, 0.5), expected, 0.5);
  });

  /** biubug6 Pytorch_Retinaface `PriorBox.forward`, `decode`, `decode_landm`, all in fractions of the input. */
  it('RetinaFace', () => {
    const [width, height] = [64, 96];
    const levels = [
      { stride: 16, sizes: [16, 32] },
      { stride: 32, sizes: [64, 128] },
    ];
    const priors = levels.flatMap(({ stride, sizes }) =>
      range(Math.ceil(height / stride)).flatMap((i) =>
        range(Math.ceil(width / stride)).flatMap((j) =>
          sizes.map((size) => [
            ((j + 0.5) * stride) / width,
            ((i + 0.5) * stride) / height,
            size / width,
            size / height,
          ]),
        ),
      ),
    );
    const n = priors.length;
    const loc = normalTensor([1, n, 4], 1);
    const conf = uniformTensor([1, n, 2], 2);
    const landm = normalTensor([1, n, 10], 3);
    const expected = priors.map(([px, py, pw, ph], i): Read => {
      const v = [...loc.data.subarray(4 * i, 4 * i + 4)];
      const box = corners(
        px + v[0] * 0.1 * pw,
        py + v[1] * 0.1 * ph,
        pw * Math.exp(v[2] * 0.2),
        ph * Math.exp(v[3] * 0.2),
      );
      const points = range(5).map((k) => [
        (px + landm.data[10 * i + 2 * k] * 0.1 * pw) * width,
        (py + landm.data[10 * i + 2 * k + 1] * 0.1 * ph) * height,
        1,
      ]);
      return {
        box: box.map((side, k) => side * (k % 2 ? height : width)),
        score: conf.data[2 * i + 1],
        classId: 0,
        landmarks: points,
      };
    });
    const decoder: DecoderSpec = {
      kind: 'retinaface',
      boxes: 'l',
      scores: 'c',
      landmarks: 'p',
      priors: levels,
      variances: [0.1, 0.2],
    };
    const outputs = new Map([
      ['l', loc],
      ['c', conf],
      ['p', landm],
    ]);
    expectSame(readAll(readable(decoder, 1, [width, height]), outputs, 0.5), expected, 0.5);
  });

  it('UltraFace: corners in fractions of the input, the second score is the face', () => {
    const boxes = tensorOf([1, 2, 4], (i) => [0.1, 0.2, 0.5, 0.6, 0, 0, 1, 1][i]);
    const scores = tensorOf([1, 2, 2], (i) => [0.1, 0.9, 0.8, 0.2][i]);
    const card = readable({ kind: 'ultraface', boxes: 'b', scores: 's' }, 1, [320, 240]);
    const expected = [{ box: [32, 48, 160, 144], score: 0.9, classId: 0 }];
    expectSame(
      readAll(
        card,
        new Map([
          ['b', boxes],
          ['s', scores],
        ]),
        FLOOR,
      ),
      expected,
    );
  });

  /** derronqi yolov8-face: `DFL`, `dist2bbox`, `Pose.kpts_decode` with anchors at cell + 0.5. */
  it.each([
    { classes: 1, landmarks: 5 },
    { classes: 3, landmarks: 0 },
  ])('distributions of 16 bins, $classes classes, $landmarks landmarks', ({ classes, landmarks }) => {
    const heads = [8, 16, 32].map((stride) => ({ stride, output: `map ${stride}` }));
    const channels = 64 + classes + 3 * landmarks;
    const tensors = heads.map(({ stride }) =>
      normalTensor([1, channels, 64 / stride, 96 / stride], stride, { spread: 2 }),
    );
    const expected = heads.flatMap(({ stride }, level) => {
      const t = tensors[level];
      return range(64 / stride).flatMap((y) =>
        range(96 / stride).map((x): Read => {
          const v = range(channels).map((c) => at(t, 0, c, y, x));
          const [anchorX, anchorY] = [x + 0.5, y + 0.5];
          const [l, top, r, b] = range(4).map((side) =>
            softmax(v.slice(16 * side, 16 * side + 16)).reduce((sum, p, i) => sum + p * i, 0),
          );
          const probabilities = v.slice(64, 64 + classes).map(sigmoid);
          const points = range(landmarks).map((k) => {
            const [px, py, pv] = v.slice(64 + classes + 3 * k);
            return [(px * 2 + (anchorX - 0.5)) * stride, (py * 2 + (anchorY - 0.5)) * stride, sigmoid(pv)];
          });
          return {
            box: [(anchorX - l) * stride, (anchorY - top) * stride, (anchorX + r) * stride, (anchorY + b) * stride],
            score: Math.max(...probabilities),
            classId: argmax(probabilities),
            ...(landmarks > 0 && { landmarks: points }),
          };
        }),
      );
    });
    const card = readable({ kind: 'distribution', heads, bins: 16, landmarks }, classes, [96, 64]);
    expectSame(readAll(card, new Map(heads.map(({ output }, i) => [output, tensors[i]])), FLOOR), expected);
  });
});
