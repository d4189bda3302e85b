import { describe, expect, it } from 'vitest';
import type { Card, DecoderSpec } from '#core/card.js';
import { Random } from '#core/random.js';
import { layoutOf, noise, outputsOf } from '#runtime/examine.js';
import { pictureInput, tensorOutputs } from '#runtime/model-file.js';
import { outputsRead } from '#runtime/outputs-read.js';
import { type Prepared, prepare, prepareLean } from '#runtime/prepare.js';
import { Session } from '#runtime/session.js';
import { decode } from '#vision/decode.js';
import { cellRows, columns, decodedRows, type TinyModel } from './tiny-models.js';

/*
 * The same graph with and without the postlude, read by the same decoders.
 */

const ONE_THREAD = { provider: 'cpu', threads: 1 };
const SIZE = { width: 96, height: 96 };
/** Spreads the scores over all of 0..1. */
const WIDE = { factor: 200 };

function cardOf(model: TinyModel, decoder: DecoderSpec, classes: number, dims: readonly number[]): Card {
  const input = pictureInput(model.model);
  const [output] = tensorOutputs(model.model);
  return {
    version: 1,
    name: 'tiny',
    model: { file: 'tiny.onnx', sha256: '0'.repeat(64) },
    input: {
      ...input,
      layout: layoutOf(input),
      size: SIZE,
      fit: 'stretch',
      padding: 0,
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
    },
    outputs: [{ ...output!, dims }],
    decoder,
    labels: Array.from({ length: classes }, (_, id) => `class${id}`),
  };
}

/** Sigmoid over all outputs: scores in 0..1, as networks give them. */
function squashed(model: TinyModel): TinyModel {
  const outputs = model.model.graph.outputs.map(({ name }) => name);
  const squash = model.add('Sigmoid', [outputs[0]!]);
  return model.onlyOutput(squash);
}

async function candidatesOf(prepared: Prepared, card: Card, floor: number) {
  const session = await Session.open(prepared.bytes, ONE_THREAD);
  const data = noise(SIZE);
  const outputs = await session.run([[prepared.input, { type: 'uint8', dims: [1, 3, SIZE.height, SIZE.width], data }]]);
  const raw = outputsOf(prepared, [...outputs]);
  const found = decode(card, raw, floor);
  const rows = Array.from({ length: found.count }, (_, at) => ({
    box: [...found.boxes.subarray(4 * at, 4 * at + 4)],
    score: found.scores[at]!,
    classId: found.classIds[at]!,
    landmarks: [...found.landmarks.subarray(3 * found.landmarkCount * at, 3 * found.landmarkCount * (at + 1))],
  }));
  const numbers = [...raw.values()].reduce((sum, { data: values }) => sum + values.length, 0);
  return { rows, numbers };
}

interface Case {
  readonly what: string;
  readonly model: () => TinyModel;
  readonly decoder: (output: string) => DecoderSpec;
  readonly classes: number;
  readonly dims: readonly number[];
}

const CASES: readonly Case[] = [
  {
    what: 'rows',
    model: () => squashed(decodedRows(4, WIDE)),
    decoder: (output) => ({ kind: 'rows', output }),
    classes: 4,
    dims: [1, 567, 9],
  },
  {
    what: 'rows scored by objectness alone',
    model: () => squashed(decodedRows(1, WIDE)),
    decoder: (output) => ({ kind: 'rows', output, classes: 'none' }),
    classes: 1,
    dims: [1, 567, 6],
  },
  {
    what: 'rows of which every class counts',
    model: () => squashed(decodedRows(4, WIDE)),
    decoder: (output) => ({ kind: 'rows', output, multiLabel: true }),
    classes: 4,
    dims: [1, 567, 9],
  },
  {
    what: 'cells whose grid is not applied yet',
    model: () => squashed(cellRows(9, undefined, WIDE)),
    decoder: (output) => ({ kind: 'yolox', output, strides: [8, 16, 32], raw: true }),
    classes: 4,
    dims: [1, 189, 9],
  },
  {
    what: 'cells whose grid is applied',
    model: () => squashed(cellRows(9, undefined, WIDE)),
    decoder: (output) => ({ kind: 'yolox', output, strides: [8, 16, 32], raw: false }),
    classes: 4,
    dims: [1, 189, 9],
  },
  {
    what: 'columns',
    model: () => squashed(columns(8, WIDE)),
    decoder: (output) => ({ kind: 'columns', output, landmarks: 0, landmarkValues: 3 }),
    classes: 4,
    dims: [1, 8, 189],
  },
  {
    what: 'columns exchanged with rows',
    model: () => squashed(cellRows(8, undefined, WIDE)),
    decoder: (output) => ({ kind: 'columns', output, landmarks: 0, landmarkValues: 3 }),
    classes: 4,
    dims: [1, 189, 8],
  },
  {
    what: 'columns with landmarks',
    model: () => squashed(columns(4 + 2 + 6, WIDE)),
    decoder: (output) => ({ kind: 'columns', output, landmarks: 2, landmarkValues: 3 }),
    classes: 2,
    dims: [1, 12, 189],
  },
];

/** The score that the given share of the rows reaches. */
function quantile(scores: readonly number[], share: number): number {
  return [...scores].sort((a, b) => b - a)[Math.floor(share * (scores.length - 1))]!;
}

describe('the postlude keeps every candidate', () => {
  it.each(CASES)('$what', async ({ model, decoder, classes, dims }) => {
    const tiny = model();
    const card = cardOf(tiny, decoder(tiny.model.graph.outputs[0]!.name), classes, dims);
    const full = prepare(tiny.model, card.input, outputsRead(card.decoder));
    const all = await candidatesOf(full, card, 0);
    // A tenth, one, and none of the rows; and a floor that one row has exactly.
    const scores = all.rows.map(({ score }) => score);
    const floors = [quantile(scores, 0.1), quantile(scores, 0), 0.999999];
    for (const floor of floors) {
      const lean = prepareLean(tiny.model, card, floor)!;
      const wanted = await candidatesOf(full, card, floor);
      const found = await candidatesOf(lean.prepared, lean.card, floor);
      expect(found.rows.length).toBe(wanted.rows.length);
      for (const [at, row] of found.rows.entries()) {
        expect(row.classId).toBe(wanted.rows[at]!.classId);
        expect(row.score).toBe(wanted.rows[at]!.score);
        for (const [side, value] of row.box.entries()) expect(value).toBeCloseTo(wanted.rows[at]!.box[side]!, 3);
        expect(row.landmarks).toEqual(wanted.rows[at]!.landmarks);
      }
      expect(found.numbers).toBeLessThan(all.numbers);
    }
    expect(new Set(floors.map((floor) => scores.filter((score) => score >= floor).length)).size).toBe(3);
  });

  it.each<readonly [string, DecoderSpec]>([
    ['heads', { kind: 'fastestdet', output: 'x' }],
    ['finished rows', { kind: 'end-to-end', output: 'x' }],
  ])('and is left out where the outputs are small: %s', (_, decoder) => {
    const tiny = columns(8);
    const [output] = tiny.model.graph.outputs;
    const card = cardOf(tiny, { ...decoder, output: output!.name } as DecoderSpec, 4, [1, 8, 189]);
    expect(prepareLean(tiny.model, card, 0.25)).toBeUndefined();
  });

  it('and where nothing may be dropped', () => {
    const [{ model, decoder, classes, dims }] = CASES as [Case];
    const tiny = model();
    const card = cardOf(tiny, decoder(tiny.model.graph.outputs[0]!.name), classes, dims);
    expect(prepareLean(tiny.model, card, 0)).toBeUndefined();
    expect(prepareLean(tiny.model, card, new Random(1).float())).toBeDefined();
  });

  it('is no part of a graph that would hold the grid of one size where the input takes others', () => {
    const model = squashed(cellRows(9, undefined, WIDE));
    const output = tensorOutputs(model.model)[0]!.name;
    const card = cardOf(model, { kind: 'yolox', output, strides: [8, 16, 32], raw: true }, 4, [1, 189, 9]);
    expect(prepareLean(model.model, card, 0.5)).toBeDefined();
    expect(prepareLean(model.model, { ...card, input: { ...card.input, adapts: true } }, 0.5)).toBeUndefined();
  });
});
