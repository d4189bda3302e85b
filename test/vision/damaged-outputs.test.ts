import { describe, expect, it } from 'vitest';
import type { DecoderSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import type { RawOutput, Tensor } from '#core/tensor.js';
import { createDetect } from '#vision/detect.js';
import { letterbox } from '#vision/letterbox.js';
import { normalTensor, readable, tensorOf } from './support/raw.js';

/*
 * Models gone wrong: outputs with values that are not finite, of other shapes, or missing. Input 64x64, 3 classes.
 */

type Dims = Readonly<Record<string, readonly number[]>>;
type Kind = DecoderSpec['kind'];

const HEADS = [8, 16].map((stride) => ({ stride, output: `o${stride}` }));
const ANCHORS = [
  [10, 13],
  [30, 20],
] as const;
const CASES: { readonly [K in Kind]: readonly [Extract<DecoderSpec, { kind: K }>, Dims] } = {
  'anchor-grid': [
    {
      kind: 'anchor-grid',
      heads: HEADS.map((head) => ({ ...head, anchors: ANCHORS })),
      sizes: 'exp',
      classes: 'sigmoid',
      gridScale: 1,
    },
    { o8: [1, 16, 8, 8], o16: [1, 16, 4, 4] },
  ],
  rows: [{ kind: 'rows', output: 'o' }, { o: [1, 40, 8] }],
  'yolo-fastest-v2': [
    { kind: 'yolo-fastest-v2', output: 'o', heads: HEADS.map(({ stride }) => ({ stride, anchors: ANCHORS })) },
    { o: [80, 13] },
  ],
  yolox: [{ kind: 'yolox', output: 'o', strides: [8, 16], raw: true }, { o: [1, 80, 8] }],
  columns: [{ kind: 'columns', output: 'o', landmarks: 2, landmarkValues: 3 }, { o: [1, 13, 40] }],
  'end-to-end': [{ kind: 'end-to-end', output: 'o' }, { o: [1, 40, 6] }],
  'end-to-end-numbered': [{ kind: 'end-to-end-numbered', output: 'o' }, { o: [40, 7] }],
  'end-to-end-parts': [
    { kind: 'end-to-end-parts', count: 'n', boxes: 'b', scores: 's', classes: 'c' },
    { n: [1, 1], b: [1, 40, 4], s: [1, 40], c: [1, 40] },
  ],
  fastestdet: [{ kind: 'fastestdet', output: 'o' }, { o: [1, 8, 4, 4] }],
  scrfd: [
    { kind: 'scrfd', heads: [{ stride: 16, score: 's', box: 'b', landmarks: 'p' }], anchorsPerCell: 2 },
    { s: [1, 32, 3], b: [1, 32, 4], p: [1, 32, 10] },
  ],
  retinaface: [
    {
      kind: 'retinaface',
      boxes: 'b',
      scores: 's',
      landmarks: 'p',
      priors: [{ stride: 16, sizes: [16, 32] }],
      variances: [0.1, 0.2],
    },
    { b: [1, 32, 4], s: [1, 32, 4], p: [1, 32, 10] },
  ],
  corners: [
    { kind: 'corners', boxes: 'b', scores: 's' },
    { b: [1, 40, 1, 4], s: [1, 40, 3] },
  ],
  ultraface: [
    { kind: 'ultraface', boxes: 'b', scores: 's' },
    { b: [1, 40, 4], s: [1, 40, 4] },
  ],
  distribution: [
    { kind: 'distribution', heads: HEADS, bins: 16, landmarks: 5 },
    { o8: [1, 82, 8, 8], o16: [1, 82, 4, 4] },
  ],
};
const KINDS = Object.keys(CASES) as Kind[];
const SIZE = { width: 64, height: 64 };
const WHERE = letterbox({ source: { width: 200, height: 150 }, input: SIZE, fit: 'letterbox' });

const detectorOf = (kind: Kind) =>
  createDetect(readable(CASES[kind][0], 3, [64, 64]), { score: 0.05, maxDetections: Infinity });

function outputsOf(kind: Kind, make: (dims: readonly number[]) => Tensor): Map<string, Tensor> {
  return new Map(Object.entries(CASES[kind][1]).map(([name, dims]) => [name, make(dims)]));
}

/** The numbers of end-to-end outputs by their place in a row: x, y, score, class, count; 0 for what is not read. */
const FINAL_ROWS: Partial<Record<Kind, Readonly<Record<string, string>>>> = {
  'end-to-end': { o: 'xxyysc' },
  'end-to-end-numbered': { o: '0xxyycs' },
  'end-to-end-parts': { n: 'n', b: 'xxyy', s: 's', c: 'c' },
};

/** Normal numbers; end-to-end outputs have boxes, scores and classes in their places. */
function healthy(kind: Kind, seed: number): Map<string, Tensor> {
  const outputs = outputsOf(kind, (dims) =>
    normalTensor(dims, seed, { spread: kind === 'rows' || kind === 'columns' ? 30 : 2 }),
  );
  const rows = FINAL_ROWS[kind];
  if (!rows) return outputs;
  const random = new Random(seed);
  const draw = (letter: string) => {
    if (letter === 'x' || letter === 'y') return letter === 'x' ? random.between(0, 30) : random.between(31, 60);
    return { s: random.float(), c: random.below(3), n: 40, 0: 0 }[letter]!;
  };
  return new Map(
    [...outputs].map(([name, { dims }]) => {
      const row = rows[name]!;
      return [name, tensorOf(dims, (at) => draw(row[at % row.length]!))];
    }),
  );
}

function expectSound(kind: Kind, outputs: RawOutput): number {
  const detections = detectorOf(kind)(outputs, WHERE);
  for (const { box, score, classId, label, landmarks = [] } of detections) {
    expect(box[0] >= 0 && box[1] >= 0 && box[2] <= 200 && box[3] <= 150 && box[2] > box[0] && box[3] > box[1]).toBe(
      true,
    );
    expect(score >= 0.05 && score <= 1).toBe(true);
    expect(label).toBe(`class ${classId}`);
    expect(landmarks.flat().every(Number.isFinite)).toBe(true);
  }
  return detections.length;
}

describe.each(KINDS)('outputs of kind %s', (kind) => {
  it('give only finite boxes, whatever values are damaged', () => {
    const random = new Random(1);
    let found = 0;
    for (let round = 0; round < 60; round++) {
      const outputs = healthy(kind, round);
      for (const { data } of outputs.values()) {
        const damage =
          round % 4 === 0 ? data.length : round % 4 === 1 ? 0 : 1 + random.below(Math.ceil(data.length / 2));
        for (let i = 0; i < damage; i++) {
          data[random.below(data.length)] = random.pick([Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-40]);
        }
      }
      // A class that the card has no label for is an error, which another test is about.
      for (const [name, row] of Object.entries(FINAL_ROWS[kind] ?? {})) {
        const { data } = outputs.get(name)!;
        const isWrong = (at: number) => row[at % row.length] === 'c' && Math.abs(data[at]) > 2;
        for (let at = 0; at < data.length; at++) if (isWrong(at)) data[at] = Number.NaN;
      }
      found += expectSound(kind, outputs);
    }
    expect(found).toBeGreaterThan(20);
  });

  it.each([Number.NaN, Infinity, -Infinity])('find nothing where every value is %d', (value) => {
    const outputs = outputsOf(kind, (dims) => tensorOf(dims, () => value));
    expect(detectorOf(kind)(outputs, WHERE)).toEqual([]);
  });

  it('are refused when they have another shape than the card says', () => {
    for (const [name, dims] of Object.entries(CASES[kind][1])) {
      const wrong = dims.map((dim) => dim + 3);
      const outputs = healthy(kind, 1).set(
        name,
        tensorOf(wrong, () => 0.5),
      );
      expect(() => detectorOf(kind)(outputs, WHERE)).toThrow(LookoutError);
      expect(() => detectorOf(kind)(outputs, WHERE)).toThrow(new RegExp(`output "${name}".*${wrong.join(', ')}`));
    }
  });

  it('are refused when one is missing, naming those that are there', () => {
    const outputs = new Map([['other', tensorOf([1], () => 0)]]);
    expect(() => detectorOf(kind)(outputs, WHERE)).toThrow(/the model gives other/);
  });
});
