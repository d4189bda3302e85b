import { afterAll, describe, expect, it } from 'vitest';
import type { RawOutput } from '#core/tensor.js';
import { formatCard, parseCard } from '#runtime/card-file.js';
import { cardOf } from '#runtime/load-model.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard } from '#runtime/verify-card.js';
import { suppressOptions } from '#vision/detect.js';
import { corners, decoded, expectSame, type Found, noted, outputsOf, sigmoid } from './read-exports.js';
import { faceMaps, insightface, yolov5Face } from './tiny-faces.js';

/*
 * Face detectors as their repositories export them, with nothing but numbers for names, at several sizes. The boxes are those
 * of formulas written straight from the repositories.
 */

const probe = new Probe();
afterAll(() => probe.close());

const FREE = ['?', 3, '?', '?'];
const SIZES = [
  { width: 96, height: 96 },
  { width: 160, height: 96 },
  { width: 64, height: 128 },
];

/** deepinsight/insightface `SCRFD.forward`, `distance2bbox`, `distance2kps`: outputs by kind, then by stride. */
function scrfdReference(outputs: RawOutput, width: number, strides: readonly number[], anchors: number): Found[] {
  const tensors = [...outputs.values()].map(({ data }) => data);
  const levels = strides.length;
  return strides.flatMap((stride, level) => {
    const [scores, boxes, points] = [tensors[level]!, tensors[level + levels]!, tensors[level + 2 * levels]];
    const found: Found[] = [];
    for (const [row, score] of scores.entries()) {
      if (score < 0.4) continue;
      const cell = Math.floor(row / anchors);
      const x = (cell % (width / stride)) * stride;
      const y = Math.floor(cell / (width / stride)) * stride;
      const [left, top, right, bottom] = [...boxes.subarray(4 * row, 4 * row + 4)].map((each) => each * stride);
      const box = [x - left!, y - top!, x + right!, y + bottom!];
      const kps = points && [0, 1, 2, 3, 4].map((k) => [2 * k, 2 * k + 1].map((at) => points[10 * row + at]! * stride));
      const landmarks = kps?.map(([dx, dy]) => [x + dx!, y + dy!, 1]);
      found.push({ box, score, classId: 0, ...(landmarks && { landmarks }) });
    }
    return found;
  });
}

describe('SCRFD of insightface', () => {
  const P3_TO_P5 = [8, 16, 32];
  const cases = SIZES.flatMap((size) =>
    [{}, { batched: true }, { points: false }, { points: false, batched: true }].map((how) => ({ size, how })),
  );

  it.each(cases)('bare, free size, at $size.width x $size.height, $how', async ({ size, how }) => {
    const model = () => insightface({ ...how, input: { dims: FREE } });
    const card = await cardOf(model().file(), probe, { imgsz: size });
    expect(card).toMatchObject({ labels: ['face'], input: { size, fit: 'letterbox-top-left', channels: 'RGB' } });
    expect(() => verifyCard(card, model().file())).not.toThrow();
    const outputs = await outputsOf(model(), probe, { imgsz: size });
    expectSame(decoded(card, outputs, 0.4), scrfdReference(outputs, size.width, P3_TO_P5, 2));
  });

  it.each([{}, { preset: 'scrfd' }])('files that declare the shapes of one traced size, %j', async (options) => {
    const model = () => insightface({ traced: 640, input: { dims: [1, 3, '?', '?'] } });
    const [, size] = SIZES;
    const card = await cardOf(model().file(), probe, { ...options, imgsz: size });
    expect(card.outputs[0]!.dims).toEqual([-1, -1]);
    const outputs = await outputsOf(model(), probe, { imgsz: size });
    expectSame(decoded(card, outputs, 0.4), scrfdReference(outputs, size!.width, P3_TO_P5, 2));
  });

  it('at its usual 640 where nobody says a size', async () => {
    const card = await cardOf(insightface({ input: { dims: FREE } }).file(), probe, { preset: 'scrfd' });
    expect(card.input).toMatchObject({ size: { width: 640, height: 640 }, mean: [127.5, 127.5, 127.5], padding: 0 });
  });

  it('takes the thresholds of insightface, unless the user says others', async () => {
    const card = await cardOf(insightface({ input: { dims: [1, 3, 96, 96] } }).file(), probe, {});
    expect(suppressOptions(card, {})).toMatchObject({ score: 0.5, iou: 0.4 });
    expect(suppressOptions(card, { score: 0.25, iou: 0.45 })).toMatchObject({ score: 0.25, iou: 0.45 });
  });

  it('of five strides and one anchor per cell', async () => {
    const model = () => insightface({ strides: [8, 16, 32, 64, 128], anchors: 1, input: { dims: [1, 3, 128, 256] } });
    const card = await cardOf(model().file(), probe, {});
    expect(card.decoder).toMatchObject({ kind: 'scrfd', anchorsPerCell: 1 });
    const outputs = await outputsOf(model(), probe);
    expectSame(decoded(card, outputs, 0.4), scrfdReference(outputs, 256, [8, 16, 32, 64, 128], 1));
  });
});

describe('YOLOv8 face of derronqi, three maps', () => {
  /** `Detect.forward` with its distances, `Pose.kpts_decode`; the repository's own samples do the same in C++ and Python. */
  function reference(outputs: RawOutput, width: number): Found[] {
    return [...outputs.values()].flatMap(({ data, dims }) => {
      const [, channels, rows, columns] = dims as [number, number, number, number];
      const stride = width / columns;
      const value = (channel: number, cell: number) => data[channel * rows * columns + cell]!;
      expect(channels).toBe(80);
      return Array.from({ length: rows * columns }, (_, cell): Found => {
        const [column, row] = [cell % columns, Math.floor(cell / columns)];
        const distance = [0, 1, 2, 3].map((side) => {
          const powers = Array.from({ length: 16 }, (_, bin) => Math.exp(value(16 * side + bin, cell)));
          const sum = powers.reduce((a, b) => a + b);
          return powers.reduce((mean, power, bin) => mean + (bin * power) / sum, 0) * stride;
        });
        const [x, y] = [(column + 0.5) * stride, (row + 0.5) * stride];
        const landmarks = [65, 68, 71, 74, 77].map((at) => [
          (value(at, cell) * 2 + column) * stride,
          (value(at + 1, cell) * 2 + row) * stride,
          sigmoid(value(at + 2, cell)),
        ]);
        const box = [x - distance[0]!, y - distance[1]!, x + distance[2]!, y + distance[3]!];
        return { box, score: sigmoid(value(64, cell)), classId: 0, landmarks };
      }).filter(({ score }) => score >= 0.2);
    });
  }

  const NOTES = { task: 'pose', names: "{0: 'face'}", kpt_shape: '[5, 3]', stride: '32', imgsz: '[640, 640]' };

  it.each([
    { options: {}, notes: NOTES },
    { options: {}, notes: {} },
    { options: { preset: 'yolov8-face' }, notes: NOTES },
  ])('$options, $notes', async ({ options, notes }) => {
    for (const size of SIZES) {
      const model = () => noted(faceMaps({ dims: ['batch', 3, 'height', 'width'] }), notes);
      const card = await cardOf(model().file(), probe, { ...options, imgsz: size });
      expect(card).toMatchObject({ decoder: { kind: 'distribution', bins: 16, landmarks: 5 }, labels: ['face'] });
      const outputs = await outputsOf(model(), probe, { imgsz: size });
      expectSame(decoded(card, outputs, 0.2), reference(outputs, size.width));
    }
  });
});

describe('YOLOv5 face of deepcam-cn, rows of 16', () => {
  /** `non_max_suppression_face` before its suppression: xywh to corners, objectness times class, points as they are. */
  function reference(outputs: RawOutput): Found[] {
    const { data } = [...outputs.values()][0]!;
    return Array.from({ length: data.length / 16 }, (_, row): Found => {
      const [x, y, w, h, objectness, ...rest] = [...data.subarray(16 * row, 16 * row + 16)];
      const landmarks = [0, 1, 2, 3, 4].map((k) => [rest[2 * k]!, rest[2 * k + 1]!, 1]);
      return { box: corners(x!, y!, w!, h!), score: objectness! * rest[10]!, classId: 0, landmarks };
    }).filter(({ score }) => score >= 0.3);
  }

  it.each<{ options: object; notes: Record<string, string> }>([
    { options: {}, notes: {} },
    { options: {}, notes: { names: "{0: 'face'}", stride: '32' } },
    { options: { labels: ['face'] }, notes: {} },
    { options: { preset: 'yolov5-face' }, notes: {} },
  ])('$options, $notes', async ({ options, notes }) => {
    for (const { width, height } of SIZES) {
      const model = () => noted(yolov5Face({ dims: [1, 3, height, width] }), notes);
      const card = await cardOf(model().file(), probe, options);
      expect(card).toMatchObject({ decoder: { kind: 'rows', landmarks: 5 }, labels: ['face'] });
      expect(card.landmarks).toHaveLength(5);
      const again = parseCard(formatCard(card), 'card.json');
      verifyCard(again, model().file());
      const outputs = await outputsOf(model(), probe);
      expectSame(decoded(again, outputs, 0.3), reference(outputs));
    }
  });

  const eleven = Array.from({ length: 11 }, (_, id) => `class${id}`);

  it.each([{}, { labels: eleven }, { preset: 'yolov5' }])('is no YOLOv5 of 11 classes, %j', async (options) => {
    const card = await cardOf(yolov5Face({}, true).file(), probe, options);
    expect(card.decoder).toEqual({ kind: 'rows', output: 'output' });
    expect(card.labels).toEqual(eleven);
  });

  it('names the alternative where the user calls it YOLOv5', async () => {
    const wrong = cardOf(yolov5Face().file(), probe, { preset: 'yolov5' });
    await expect(wrong).rejects.toThrow(/preset yolov5: expected .*\[1, 567, 16\].*which fit --preset yolov5-face$/);
  });
});
