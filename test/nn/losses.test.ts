import { describe, expect, it } from 'vitest';
import { type BoxMeasure, boxMeasure } from '#nn/losses/box-iou.js';
import {
  bceWithLogits,
  focalLoss,
  normaliseRows,
  smoothL1,
  softmaxCrossEntropy,
  tripletLoss,
  weightedMean,
  wingLoss,
} from '#nn/losses/elementary.js';
import { emittedGradients, type GradientCase, numericGradients, random, relativeError } from '../autodiff/numeric.js';
import { evaluate } from './support.js';

type Box = readonly [cx: number, cy: number, w: number, h: number];

/** Slow and obvious: from the papers' formulas, in double precision. */
function referenceMeasure(a: Box, b: Box, measure: BoxMeasure): number {
  const corners = ([cx, cy, w, h]: Box) => [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2] as const;
  const [p, q] = [corners(a), corners(b)];
  const inter =
    Math.max(0, Math.min(p[2], q[2]) - Math.max(p[0], q[0])) * Math.max(0, Math.min(p[3], q[3]) - Math.max(p[1], q[1]));
  const union = a[2] * a[3] + b[2] * b[3] - inter + 1e-7;
  const iou = inter / union;
  const [width, height] = [Math.max(p[2], q[2]) - Math.min(p[0], q[0]), Math.max(p[3], q[3]) - Math.min(p[1], q[1])];
  if (measure === 'iou') return iou;
  if (measure === 'giou') return iou - (width * height + 1e-7 - union) / (width * height + 1e-7);
  const diou = iou - ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / (width ** 2 + height ** 2 + 1e-7);
  if (measure === 'diou') return diou;
  const v = (4 / Math.PI ** 2) * (Math.atan(b[2] / (b[3] + 1e-7)) - Math.atan(a[2] / (a[3] + 1e-7))) ** 2;
  return diou - (v * v) / (v - iou + 1 + 1e-7);
}

const next = random(5);
const someBox = (): Box => [next() * 4, next() * 4, 0.2 + next() * 3, 0.2 + next() * 3];
const PAIRS: readonly (readonly [Box, Box])[] = [
  [
    [1, 1, 2, 2],
    [1, 1, 2, 2],
  ],
  [
    [1, 1, 2, 2],
    [3, 1, 2, 2],
  ],
  [
    [0, 0, 1, 1],
    [9, 9, 1, 1],
  ],
  [
    [0, 0, 4, 4],
    [0, 0, 1, 1],
  ],
  [
    [0, 0, 4, 1],
    [0, 0, 1, 4],
  ],
  [
    [0, 0, 0, 0],
    [0, 0, 1, 1],
  ],
  ...Array.from({ length: 200 }, () => [someBox(), someBox()] as const),
];

describe('the measures of overlap', () => {
  it.each(['iou', 'giou', 'diou', 'ciou'] as const)(
    '%s follows its paper: equal, touching, apart, nested, empty and random boxes',
    async (measure) => {
      const fed = (side: 0 | 1) => ({ dims: [PAIRS.length, 4], data: PAIRS.flatMap((pair) => pair[side]) });
      const found = await evaluate({ a: fed(0), b: fed(1) }, (g, { a, b }) => boxMeasure(g, a!, b!, measure));
      const expected = PAIRS.map(([a, b]) => referenceMeasure(a, b, measure));
      found.forEach((value, index) => {
        expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-5);
      });
    },
  );

  /** alpha of CIoU is held fixed, so only the others equal the slope of their value. */
  it.each(['iou', 'giou', 'diou'] as const)('%s has the gradient of its value', async (measure) => {
    const it: GradientCase = {
      op: 'Div',
      inputs: [{ dims: [3, 4], kind: 'positive' }],
      build: (g, [boxes]) =>
        boxMeasure(g, boxes!, g.floats([1, 1.1, 1.3, 0.9, 1.4, 0.8, 1.7, 1.9, 0.9, 1.2, 0.8, 1.6], [3, 4]), measure),
    };
    const [emitted, numeric] = [await emittedGradients(it), await numericGradients(it, 0.002)];
    expect(relativeError(emitted.get('x0')!, numeric.get('x0')!)).toBeLessThan(2e-3);
  });

  it('ciou holds alpha fixed: its slope is that of DIoU minus alpha times v', async () => {
    const target = [1, 1.1, 1.3, 0.9];
    const slopes = async (build: GradientCase['build']) =>
      (await emittedGradients({ op: 'Div', inputs: [{ dims: [1, 4], kind: 'positive' }], build })).get('x0')!;
    const numeric = async (build: GradientCase['build']) =>
      (await numericGradients({ op: 'Div', inputs: [{ dims: [1, 4], kind: 'positive' }], build }, 0.002)).get('x0')!;
    const ciou = await slopes((g, [box]) => boxMeasure(g, box!, g.floats(target, [1, 4]), 'ciou'));
    const whole = await numeric((g, [box]) => boxMeasure(g, box!, g.floats(target, [1, 4]), 'ciou'));
    const diou = await numeric((g, [box]) => boxMeasure(g, box!, g.floats(target, [1, 4]), 'diou'));
    // Centres do not touch v or alpha directly except through the IoU inside alpha: width and height tell them apart.
    const shape = [2, 3].map((at) => ciou[at]! - diou[at]!);
    const differentiated = [2, 3].map((at) => whole[at]! - diou[at]!);
    expect(Math.sign(shape[0]!)).toBe(-Math.sign(shape[1]!));
    expect(Math.abs(shape[0]! - differentiated[0]!)).toBeGreaterThan(1e-5);
    expect(ciou[0]).toBeCloseTo(diou[0]!, 3);
  });
});

const X = [-30, -3, -1, -0.2, 0, 0.2, 1, 3, 30];
const Z = [0, 1, 0.3, 0.5, 1, 0, 0.9, 1, 1];
const vector = (data: readonly number[]) => ({ dims: [data.length], data });
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('elementary losses', () => {
  const close = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, index) => {
      expect(Math.abs(value - expected[index]!)).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected[index]!)));
    });
  };

  it('binary cross entropy: -z log p - (1 - z) log(1 - p), without overflow at 30', async () => {
    const found = await evaluate({ x: vector(X), z: vector(Z) }, (g, { x, z }) => bceWithLogits(g, x!, z!));
    close(
      found,
      X.map((x, index) => Math.max(x, 0) - x * Z[index]! + Math.log1p(Math.exp(-Math.abs(x)))),
    );
  });

  it.each([2, 1.5])('focal loss with gamma %d weighs what is well known down', async (gamma) => {
    const found = await evaluate({ x: vector(X), z: vector(Z) }, (g, { x, z }) => focalLoss(g, x!, z!, { gamma }));
    const expected = X.map((x, index) => {
      const [z, p] = [Z[index]!, sigmoid(x)];
      const bce = Math.max(x, 0) - x * z + Math.log1p(Math.exp(-Math.abs(x)));
      const pt = z * p + (1 - z) * (1 - p);
      return (z * 0.25 + (1 - z) * 0.75) * Math.max(1 - pt, 1e-6) ** gamma * bce;
    });
    close(found, expected);
  });

  it('smooth L1 is a parabola near 0 and straight beyond beta', async () => {
    const found = await evaluate({ x: vector([0, 0.25, 0.5, -0.5, 2]) }, (g, { x }) =>
      smoothL1(g, x!, g.scalar(0), 0.5),
    );
    close(found, [0, 0.0625, 0.25, 0.25, 1.75]);
  });

  it('wing loss is continuous at its width', async () => {
    const found = await evaluate({ x: vector([0, 2, -9.9999, 10, 15]) }, (g, { x }) => wingLoss(g, x!, g.scalar(0)));
    close(found, [0, 10 * Math.log(2), 10 * Math.log1p(9.9999 / 2), 10 * Math.log(6), 15 - 10 + 10 * Math.log(6)]);
  });

  it('softmax cross entropy takes one-hot and smoothed rows', async () => {
    const logits = { dims: [2, 3], data: [1, 2, 3, 100, 0, -100] };
    const classes = { dims: [2, 3], data: [0, 0, 1, 0.9, 0.05, 0.05] };
    const found = await evaluate({ logits, classes }, (g, it) => softmaxCrossEntropy(g, it.logits!, it.classes!));
    close(found, [Math.log(Math.exp(-2) + Math.exp(-1) + 1), 0.05 * 100 + 0.05 * 200]);
  });

  it('triplet loss is 0 once the negative is further away by the margin', async () => {
    const rows = (data: number[]) => ({ dims: [2, 2], data });
    const inputs = { a: rows([0, 0, 0, 0]), p: rows([1, 0, 1, 0]), n: rows([0, 2, 0, 1]) };
    close(await evaluate(inputs, (g, { a, p, n }) => tripletLoss(g, [a!, p!, n!], 0.3)), [0, 0.3]);
  });

  it('rows are scaled to length 1, and zeros stay zeros', async () => {
    const found = await evaluate({ x: { dims: [2, 2], data: [3, 4, 0, 0] } }, (g, { x }) => normaliseRows(g, x!));
    close(found, [0.6, 0.8, 0, 0]);
  });

  it('a weighted mean counts weights, and is 0 where all are 0', async () => {
    const values = { dims: [2, 2], data: [1, 2, 3, 4] };
    const meanFor = (data: number[]) =>
      evaluate({ values, weights: { dims: [2, 1], data } }, (g, it) => weightedMean(g, it.values!, it.weights!));
    close(await meanFor([0, 1]), [3.5]);
    close(await meanFor([0, 0]), [0]);
  });
});
