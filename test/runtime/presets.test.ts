import { afterAll, describe, expect, it } from 'vitest';
import { cardOf } from '#runtime/load-model.js';
import { PRESETS } from '#runtime/presets/presets.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard } from '#runtime/verify-card.js';
import { FIXED, NAMES_3, YOLO_CASES } from './preset-cases.js';
import { FACE_CASES } from './preset-face-cases.js';
import { noted } from './read-exports.js';
import { retinaface, scrfd, ultraface } from './tiny-faces.js';
import { cellRows, columns, decodedRows, finalRows, rawHeads, type TinyModel, yolov8, yolox } from './tiny-models.js';

const probe = new Probe();
afterAll(() => probe.close());

const CASES = [...YOLO_CASES, ...FACE_CASES];

describe('a preset and the shapes of a file give the card', () => {
  it.each(CASES)('$what', async ({ preset, model, decoder, labels, input }) => {
    const file = model().file();
    const card = await cardOf(file, probe, { preset });
    expect(card.decoder).toMatchObject(decoder);
    if (labels) expect(card.labels).toEqual(labels);
    if (input) expect(card.input).toMatchObject(input);
    expect(() => verifyCard(card, file)).not.toThrow();
  });

  it('covers every preset', () => {
    const covered = new Set(CASES.map(({ preset }) => preset));
    expect(PRESETS.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it('says what a preset expected and found', async () => {
    await expect(cardOf(columns(84).file(), probe, { preset: 'scrfd' })).rejects.toThrow(
      /preset scrfd: expected outputs per stride .*; found v\d+ \[1, 84, 189\] for an input of 96x96/,
    );
  });

  it('says how many labels a model needs', async () => {
    const wrong = cardOf(columns(7).file(), probe, { preset: 'yolov8', labels: ['cat'] });
    await expect(wrong).rejects.toThrow(/labels: expected 3, .* found 1 \(cat\)/);
  });

  it('takes the anchors that the user gives', async () => {
    const anchors = [[[4, 4] as const], [[9, 9] as const]];
    const { decoder } = await cardOf(rawHeads([8, 16], 1, 2).file(), probe, { preset: 'yolov5-raw', anchors });
    expect(decoder).toMatchObject({
      heads: [
        { stride: 8, anchors: [[4, 4]] },
        { stride: 16, anchors: [[9, 9]] },
      ],
    });
  });

  it.each([
    [1 / 255, 1],
    [1 / 128, 255],
  ])('divides by 255 unless the graph does: a graph that multiplies by %d is fed pixels / %d', async (factor, std) => {
    const model = columns(84, { ...FIXED, factor });
    const { input } = await cardOf(model.file(), probe, { preset: 'yolov8' });
    expect(input.std).toEqual([std, std, std]);
  });
});

describe('a bare file is read by what it says of itself', () => {
  it.each<readonly [string, () => TinyModel, object]>([
    [
      'task detect, columns',
      () => noted(columns(7), { task: 'detect', names: NAMES_3 }),
      { kind: 'columns', landmarks: 0 },
    ],
    [
      'task detect, columns exchanged',
      () => noted(cellRows(7), { task: 'detect', names: NAMES_3 }),
      { kind: 'columns' },
    ],
    [
      'task pose',
      () => noted(columns(56), { task: 'pose', kpt_shape: '[17, 3]', names: "{0: 'person'}" }),
      { landmarks: 17 },
    ],
    ['end to end', () => noted(finalRows(), { task: 'detect', names: NAMES_3 }), { kind: 'end-to-end' }],
    ['yolov5 rows', () => noted(decodedRows(3), { names: NAMES_3, stride: '32' }), { kind: 'rows' }],
    ['scrfd by shape', () => scrfd(FIXED), { kind: 'scrfd' }],
    ['retinaface by shape', retinaface, { kind: 'retinaface' }],
    ['ultraface by shape', ultraface, { kind: 'ultraface' }],
    ['yolox by shape', () => yolox(80), { kind: 'yolox' }],
    ['yolov8 by shape', () => yolov8(80), { kind: 'columns' }],
    ['yolov2 by shape', () => rawHeads([32], 5, 20), { kind: 'anchor-grid', classes: 'softmax' }],
    ['face maps by shape', () => rawHeads([8, 16, 32], 1, 75), { kind: 'distribution' }],
  ])('%s', async (_, model, decoder) => {
    expect((await cardOf(model().file(), probe, {})).decoder).toMatchObject(decoder);
  });

  it('takes a shape that was only traced for one of many sizes as no promise', async () => {
    const model = scrfd({ dims: [1, 3, 'height', 'width'] }, true, 96).file();
    const card = await cardOf(model, probe, { imgsz: 128 });
    expect(card.outputs[0]!.dims).toEqual([-1, -1]);
    expect(() => verifyCard(card, model)).not.toThrow();
  });

  it('asks which preset, where several fit', async () => {
    const several = cardOf(rawHeads([8, 16, 32], 3, 80).file(), probe, {});
    await expect(several).rejects.toThrow(
      /--preset yolov3 or --preset yolov4 or --preset yolov5-raw or --preset yolov7/,
    );
  });

  it('says which presets fit where another one was named', async () => {
    const wrong = cardOf(rawHeads([16, 32], 3, 80).file(), probe, { preset: 'scrfd' });
    await expect(wrong).rejects.toThrow(
      /preset scrfd: expected .*\[1, 255, 6, 6\].* for an input of 96x96, which fit --preset yolov3 or --preset yolov4$/,
    );
  });

  it('says so where only the number of labels does not fit', async () => {
    await expect(cardOf(yolov8(80).file(), probe, { labels: ['a', 'b'] })).rejects.toThrow(
      /expected labels of 80 classes, found 2 labels/,
    );
  });

  it('says so where none fits', async () => {
    await expect(cardOf(rawHeads([4], 1, 1).file(), probe, {})).rejects.toThrow(
      /no layout that lookout reads has such outputs/,
    );
  });

  it('refuses other tasks by their name', async () => {
    const model = noted(columns(116), { task: 'segment' });
    await expect(cardOf(model.file(), probe, {})).rejects.toThrow(/task "segment"; lookout reads detect and pose/);
  });
});
