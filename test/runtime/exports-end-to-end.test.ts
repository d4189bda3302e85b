import { afterAll, describe, expect, it } from 'vitest';
import { int, ints } from '#onnx/attribute.js';
import { formatCard, parseCard } from '#runtime/card-file.js';
import { cardOf } from '#runtime/load-model.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard, verifyOutputs } from '#runtime/verify-card.js';
import { corners, decoded, expectSame, type Found, outputsOf } from './read-exports.js';
import { pytorchYolov4, yolov7Numbered, yolov7Parts, yolov7TensorRt } from './tiny-end-to-end.js';

/* Files whose graphs decode their boxes, or suppress them too, as single repositories export them. */

const probe = new Probe();
afterAll(() => probe.close());

const [WIDTH, HEIGHT] = [160, 96];

describe('YOLOv4 of Tianxiaomo/pytorch-YOLOv4', () => {
  const FREE = { dims: ['batch_size', 3, HEIGHT, WIDTH] };

  it.each([
    { classes: 80, preset: undefined, names: ['boxes', 'confs'] },
    { classes: 80, preset: 'yolov4', names: ['2108', '2113'] },
    { classes: 1, preset: undefined, names: ['boxes', 'confs'] },
    { classes: 2, preset: undefined, names: ['boxes', 'confs'] },
    { classes: 4, preset: undefined, names: ['boxes', 'confs'] },
  ])('$classes classes, preset $preset, outputs $names', async ({ classes, preset, names }) => {
    const model = () => pytorchYolov4(classes, FREE, names);
    const card = await cardOf(model().file(), probe, { preset });
    expect(card).toMatchObject({ decoder: { kind: 'corners' }, input: { fit: 'stretch', channels: 'RGB' } });
    expect(card.labels).toHaveLength(classes);
    expect(() => verifyCard(card, model().file())).not.toThrow();
    const outputs = await outputsOf(model(), probe);
    const [boxes, confs] = [...outputs.values()];
    // `post_processing`: max and argmax over the classes; boxes are drawn as `x * width`.
    const expected = Array.from({ length: boxes!.data.length / 4 }, (_, row): Found => {
      const [x1, y1, x2, y2] = [...boxes!.data.subarray(4 * row, 4 * row + 4)];
      const scores = [...confs!.data.subarray(classes * row, classes * (row + 1))];
      const score = Math.max(...scores);
      return { box: [x1! * WIDTH, y1! * HEIGHT, x2! * WIDTH, y2! * HEIGHT], score, classId: scores.indexOf(score) };
    }).filter(({ score }) => score >= 0.5);
    expectSame(decoded(card, outputs, 0.5), expected);
  });
});

describe('YOLOv7 that suppresses by itself', () => {
  it.each([undefined, 'yolov7'])('rows of picture, corners, class and score, preset %s', async (preset) => {
    const model = () => yolov7Numbered(5, WIDTH, HEIGHT);
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const card = await cardOf(model().file(), probe, { preset, labels });
    expect(card).toMatchObject({ decoder: { kind: 'end-to-end-numbered' }, outputs: [{ dims: [-1, -1] }] });
    const outputs = await outputsOf(model(), probe);
    const { data, dims } = outputs.get('output')!;
    expect(dims).toEqual([data.length / 7, 7]);
    const rows = Array.from({ length: dims[0]! }, (_, row) => [...data.subarray(7 * row, 7 * row + 7)]);
    const expected = rows.map(([picture, x1, y1, x2, y2, classId, score]): Found => {
      expect(picture).toBe(0);
      return { box: [x1!, y1!, x2!, y2!], score: score!, classId: classId! };
    });
    expectSame(decoded(card, outputs, 0.25), expected);
    const again = parseCard(formatCard(card), 'card.json');
    verifyCard(again, model().file());
    verifyOutputs(again, outputs);
  });

  it('nothing found is an empty list', async () => {
    const model = () => yolov7Numbered(5, WIDTH, HEIGHT, 0.9999999);
    const card = await cardOf(model().file(), probe, {});
    const outputs = await outputsOf(model(), probe);
    expect(outputs.get('output')!.dims).toEqual([0, 7]);
    expect(decoded(card, outputs, 0.25)).toEqual([]);
  });

  it.each([undefined, 'yolov7'])('a count and three lists, preset %s', async (preset) => {
    const model = () => yolov7Parts(80, WIDTH, HEIGHT);
    const card = await cardOf(model().file(), probe, { preset });
    expect(card.decoder).toEqual({
      kind: 'end-to-end-parts',
      count: 'num_dets',
      boxes: 'det_boxes',
      scores: 'det_scores',
      classes: 'det_classes',
    });
    const outputs = await outputsOf(model(), probe);
    const [count, boxes, scores, classes] = [...outputs.values()].map(({ data }) => data);
    const expected = Array.from({ length: count![0]! }, (_, row): Found => {
      return { box: [...boxes!.subarray(4 * row, 4 * row + 4)], score: scores![row]!, classId: classes![row]! };
    });
    expectSame(decoded(card, outputs, 0.25), expected);
    // What lies behind the count is left alone, whatever it says.
    const fewer = new Map(outputs).set('num_dets', { dims: [1, 1], data: Float32Array.of(3) });
    expect(decoded(card, fewer, 0)).toHaveLength(3);
    const again = parseCard(formatCard(card), 'card.json');
    verifyCard(again, model().file());
    verifyOutputs(again, outputs);
  });

  it.each([
    { what: 'YOLOv7: centres, said by a list', coding: ints([1]), activation: 0, perCell: 3, preset: undefined },
    { what: 'YOLOv7 by its preset', coding: ints([1]), activation: 0, perCell: 3, preset: 'yolov7' },
    { what: 'YOLOv8 for TensorRT: corners', coding: int(0), activation: 0, perCell: 1, preset: undefined },
    { what: 'logits', coding: int(0), activation: 1, perCell: 1, preset: 'yolov8' },
  ])('for TensorRT, which is left out: $what', async ({ coding, activation, perCell, preset }) => {
    const options = { coding, activation, perCell };
    const model = () => yolov7TensorRt(6, options);
    const card = await cardOf(model().file(), probe, { preset });
    expect(card).toMatchObject({ decoder: { kind: 'columns' }, input: { dims: [-1, 3, 96, 160] } });
    expect(card.labels).toHaveLength(6);
    const outputs = await outputsOf(model(), probe);
    const again = parseCard(formatCard(card), 'card.json');
    verifyCard(again, model().file());
    verifyOutputs(again, outputs);
    const [boxes, scores] = [...(await outputsOf(yolov7TensorRt(6, options, true), probe)).values()];
    const expected = Array.from({ length: scores!.data.length / 6 }, (_, row): Found => {
      const [a, b, c, d] = [...boxes!.data.subarray(4 * row, 4 * row + 4)] as [number, number, number, number];
      const box = coding.kind === 'ints' ? corners(a, b, c, d) : [a, b, c, d];
      const own = [...scores!.data.subarray(6 * row, 6 * row + 6)];
      return { box, score: Math.max(...own), classId: own.indexOf(Math.max(...own)) };
    }).filter(({ score, box }) => score >= 0.6 && box[2]! - box[0]! > 0.01 && box[3]! - box[1]! > 0.01);
    expectSame(decoded(card, outputs, 0.6), expected);
  });
});
