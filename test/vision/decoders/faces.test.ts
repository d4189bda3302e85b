import { describe, it } from 'vitest';
import type { DecoderSpec } from '#core/card.js';
import type { Tensor } from '#core/tensor.js';
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
  uniformTensor,
} from '../support/raw.js';
import { expectSame, FLOOR } from '../support/same-reads.js';

/*
 * Each decoder against a slow one that is written straight from the formulas of the layout's own repository: every row
 * and cell in full, thresholds last. N rows, A anchors, C classes, K landmarks, H W cells.
 */

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
