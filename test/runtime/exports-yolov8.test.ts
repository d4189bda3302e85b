import { afterAll, describe, expect, it } from 'vitest';
import type { RawOutput } from '#core/tensor.js';
import { cardOf } from '#runtime/load-model.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard, verifyOutputs } from '#runtime/verify-card.js';
import { corners, decoded, expectSame, type Found, noted, outputsOf } from './read-exports.js';
import { type TinyModel, yolov8 } from './tiny-models.js';
import { halved, quantised, yolov6 } from './tiny-variants.js';

/* YOLOv8, v11 and their kin as Ultralytics' exporter writes them: numbers of 8 and 16 bits, free sizes, poses, odd names. */

const probe = new Probe();
afterAll(() => probe.close());

const NOTES = { task: 'detect', stride: '32', imgsz: '[96, 160]', batch: '1' };
const FREE = { dims: ['batch', 3, 'height', 'width'] };

/** `non_max_suppression` before its suppression: transposed, xywh to corners, best class, what follows are points. */
function reference(outputs: RawOutput, classes: number, points = 0, numbers = 3): Found[] {
  const { data, dims } = [...outputs.values()][0]!;
  const [, values, cells] = dims as [number, number, number];
  expect(values).toBe(4 + classes + points * numbers);
  return Array.from({ length: cells }, (_, cell): Found => {
    const column = Array.from({ length: values }, (_, row) => data[row * cells + cell]!);
    const [x, y, w, h, ...rest] = column as [number, number, number, number, ...number[]];
    const scores = rest.slice(0, classes);
    const score = Math.max(...scores);
    const landmarks = Array.from({ length: points }, (_, k) => {
      const [px, py, visibility = 1] = rest.slice(classes + k * numbers, classes + (k + 1) * numbers);
      return [px!, py!, Math.min(1, visibility)];
    });
    return { box: corners(x, y, w, h), score, classId: scores.indexOf(score), ...(points > 0 && { landmarks }) };
  }).filter(({ score }) => score >= 0.5);
}

async function check(model: () => TinyModel, classes: number, points = 0, numbers = 3): Promise<RawOutput> {
  const card = await cardOf(model().file(), probe, {});
  expect(card).toMatchObject({
    decoder: { kind: 'columns', landmarks: points },
    input: { fit: 'letterbox', padding: 114, channels: 'RGB', std: [255, 255, 255] },
  });
  expect(card.labels).toHaveLength(classes);
  const outputs = await outputsOf(model(), probe);
  verifyCard(card, model().file());
  verifyOutputs(card, outputs);
  expectSame(decoded(card, outputs, 0.5), reference(outputs, classes, points, numbers));
  return outputs;
}

/** How far the numbers of two runs are apart at most. */
function distance(a: RawOutput, b: RawOutput): number {
  const [left, right] = [[...a.values()][0]!.data, [...b.values()][0]!.data];
  return left.reduce((most, value, at) => Math.max(most, Math.abs(value - right[at]!)), 0);
}

describe('YOLOv8 and v11', () => {
  const names = (count: number) => `{${Array.from({ length: count }, (_, id) => `${id}: 'c ${id}'`).join(', ')}}`;

  it.each([1, 2, 7, 80])('%d classes of free size, which its exporter noted', async (classes) => {
    const outputs = await check(
      () => noted(yolov8(classes, { input: FREE }), { ...NOTES, names: names(classes) }),
      classes,
    );
    expect([...outputs.values()][0]!.dims).toEqual([1, 4 + classes, 315]);
  });

  it('half=True: numbers of 16 bits in and out', async () => {
    const plain = await check(() => yolov8(80), 80);
    const half = await check(() => halved(yolov8(80)), 80);
    expect(halved(yolov8(80)).file().model.graph.outputs[0]!.type).toBe('float16');
    expect(distance(plain, half)).toBeLessThan(1);
    expect(distance(plain, half)).toBeGreaterThan(0);
  });

  it('int8 between QuantizeLinear and DequantizeLinear', async () => {
    const plain = await check(() => yolov8(4), 4);
    const whole = await check(() => quantised(yolov8(4)), 4);
    expect(distance(plain, whole)).toBeLessThan(20);
    expect(distance(plain, whole)).toBeGreaterThan(0);
  });

  it.each([
    { classes: 1, points: 17, numbers: 3 as const },
    { classes: 2, points: 4, numbers: 2 as const },
    { classes: 1, points: 1, numbers: 3 as const },
  ])('pose of $classes classes and $points points of $numbers numbers', async ({ classes, points, numbers }) => {
    const notes = { ...NOTES, task: 'pose', kpt_shape: `[${points}, ${numbers}]`, names: names(classes) };
    await check(() => noted(yolov8(classes, { points, numbers }), notes), classes, points, numbers);
  });

  it('grids of strides 16 and 32 alone, as YOLOv3-tinyu has them', async () => {
    await check(
      () => noted(yolov8(3, { strides: [16, 32], input: { dims: [1, 3, 320, 256] } }), { task: 'detect' }),
      3,
    );
    await check(() => yolov8(80, { strides: [16, 32], input: { dims: [1, 3, 320, 256] } }), 80);
  });

  it.each([
    [`{0: 'person', 1: "dog's"}`, ['person', "dog's"]],
    [String.raw`{0: 'dog\'s "bed"', 1: 'back\\slash'}`, [`dog's "bed"`, 'back\\slash']],
    [`{0: 'a: b', 1: 'c #d'}`, ['a: b', 'c #d']],
    [`['person', 'café']`, ['person', 'café']],
    [String.raw`{0: 'caf\xe9', 1: "\u4e2d"}`, ['café', '中']],
    [`{"0": "person", "1": "car"}`, ['person', 'car']],
    [`{0: '0', 1: 'yes'}`, ['0', 'yes']],
  ])('names as Python prints them: %s', async (text, labels) => {
    const card = await cardOf(noted(yolov8(2), { ...NOTES, names: text }).file(), probe, {});
    expect(card.labels).toEqual(labels);
  });
});

describe('YOLOv6', () => {
  /** meituan/YOLOv6 `Detect.forward`: boxes in px, a one, class probabilities; letterbox, RGB in 0..1 as YOLOv5. */
  it.each([undefined, 'yolov5', 'yolov7'])('rows whose objectness is 1 are no YOLOX, preset %s', async (preset) => {
    const card = await cardOf(yolov6(80).file(), probe, { preset });
    expect(card).toMatchObject({ decoder: { kind: 'rows' }, input: { channels: 'RGB', std: [255, 255, 255] } });
    const outputs = await outputsOf(yolov6(80), probe);
    const { data } = [...outputs.values()][0]!;
    const expected = Array.from({ length: data.length / 85 }, (_, row): Found => {
      const [x, y, w, h, one, ...scores] = [...data.subarray(85 * row, 85 * row + 85)];
      expect(one).toBe(1);
      const score = Math.max(...scores);
      return { box: corners(x!, y!, w!, h!), score, classId: scores.indexOf(score) };
    }).filter(({ score }) => score >= 0.5);
    expectSame(decoded(card, outputs, 0.5), expected);
  });
});
