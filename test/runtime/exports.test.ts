import { afterAll, describe, expect, it } from 'vitest';
import { formatCard, parseCard } from '#runtime/card-file.js';
import { cardOf } from '#runtime/load-model.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard } from '#runtime/verify-card.js';
import { corners, decoded, expectSame, type Found, noted, outputsOf, sigmoid } from './read-exports.js';
import {
  columns,
  decodedRows,
  fastestHeads,
  fastestMaps,
  type TinyModel,
  yolov8,
  yolox,
  zooYolov4,
} from './tiny-models.js';

/*
 * Files as other programs export them, without any hint from the user: the layout that lookout finds, and for layouts that no
 * other test knows the boxes, against formulas written straight from the model's own repository.
 */

const probe = new Probe();
afterAll(() => probe.close());

const bare = (model: TinyModel, options = {}) => cardOf(model.file(), probe, options);

describe('the layout of a bare file is told by what a test inference gives, where shapes leave it open', () => {
  it.each<readonly [string, () => TinyModel, object, number]>([
    ['YOLOv8, [1, 84, N]', () => yolov8(80), { kind: 'columns', landmarks: 0 }, 80],
    ['YOLOv8 turned, [1, N, 84]', () => yolov8(80, { transposed: true }), { kind: 'columns', landmarks: 0 }, 80],
    ['YOLOX, [1, N, 85]', () => yolox(80), { kind: 'yolox', raw: true }, 80],
    ['YOLOX of 3 classes', () => yolox(3), { kind: 'yolox', raw: true }, 3],
    ['YOLOX that decodes in the graph', () => yolox(80, true), { kind: 'yolox', raw: false }, 80],
    ['pose, [1, 56, N]', () => yolov8(1, { points: 17 }), { kind: 'columns', landmarks: 17 }, 1],
    ['pose turned, [1, N, 56]', () => yolov8(1, { points: 17, transposed: true }), { landmarks: 17 }, 1],
    ['52 classes, not pose', () => yolov8(52), { kind: 'columns', landmarks: 0 }, 52],
    ['faces with points, [1, 20, N]', () => yolov8(1, { points: 5 }), { kind: 'columns', landmarks: 5 }, 1],
    ['Yolo-FastestV2, a head per output', () => fastestHeads(80), { kind: 'yolo-fastest-v2' }, 80],
    ['the same where the sum divides by three', () => fastestHeads(3), { kind: 'yolo-fastest-v2' }, 3],
  ])('%s', async (_, model, decoder, classes) => {
    const card = await bare(model());
    expect(card.decoder).toMatchObject(decoder);
    expect(card.labels).toHaveLength(classes);
    expect(() => verifyCard(card, model().file())).not.toThrow();
  });

  it('asks where both readings make sense: turned YOLOv8 of 3 classes, or decoded YOLOX of 2', async () => {
    await expect(bare(yolov8(3, { transposed: true }))).rejects.toThrow(/--preset yolov8 or --preset yolox/);
  });

  it('takes the number of labels as the answer', async () => {
    const model = () => yolov8(3, { transposed: true });
    expect((await bare(model(), { labels: ['a', 'b', 'c'] })).decoder).toMatchObject({ kind: 'columns' });
    expect((await bare(model(), { labels: ['a', 'b'] })).decoder).toMatchObject({ kind: 'yolox', raw: false });
  });

  it('reads one class of the YOLOv5 exporter, which notes names and no task, as YOLOv5', async () => {
    const card = await bare(noted(decodedRows(1), { names: "{0: 'ball'}", stride: '32' }));
    expect(card).toMatchObject({ decoder: { kind: 'rows' }, labels: ['ball'] });
    expect(card.decoder).not.toHaveProperty('classes');
  });

  it.each([[['batch', 3, 'height', 'width']], [['?', 3, '?', '?']], [[-1, 3, -1, -1]], [[1, 3, 'h', 'w']]])(
    'free sides may be written as %j',
    async (dims) => {
      const card = await bare(noted(yolov8(80, { input: { dims } }), { task: 'detect', imgsz: '[96, 96]' }));
      expect(card.input).toMatchObject({ size: { width: 96, height: 96 }, dims: [dims[0] === 1 ? 1 : -1, 3, -1, -1] });
      expect(card.outputs[0]!.dims.slice(1)).toEqual([-1, -1]);
    },
  );

  it('YOLOv8 faces without points are columns of five numbers', async () => {
    const card = await bare(yolov8(1), { preset: 'yolov8-face' });
    expect(card).toMatchObject({ decoder: { kind: 'columns', landmarks: 0 }, labels: ['face'] });
    await expect(bare(columns(9), { preset: 'yolov8-face' })).rejects.toThrow(/preset yolov8-face: expected/);
  });
});

describe('layouts of single repositories', () => {
  /** onnx/models yolov4 `postprocess_bbbox`, `postprocess_boxes`: no sigmoid on confidence and probabilities. */
  it('YOLOv4 of the ONNX zoo', async () => {
    const card = await bare(zooYolov4(6), { preset: 'yolov4' });
    expect(card.input).toMatchObject({ layout: 'NHWC', fit: 'letterbox', padding: 128, channels: 'RGB' });
    const outputs = await outputsOf(zooYolov4(6), probe);
    const anchors = [
      [12, 16, 19, 36, 40, 28],
      [36, 75, 76, 55, 72, 146],
      [142, 110, 192, 243, 459, 401],
    ];
    const expected: Found[] = [];
    for (const [head, { dims, data }] of [...outputs.values()].entries()) {
      const [stride, scale] = [
        [8, 1.2],
        [16, 1.1],
        [32, 1.05],
      ][head]!;
      const [, rows, cells, , each] = dims as [number, number, number, number, number];
      for (let anchor = 0; anchor < 3; anchor++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < cells; column++) {
            const at = ((row * cells + column) * 3 + anchor) * each;
            const [dx, dy, dw, dh, confidence, ...classes] = data.subarray(at, at + each);
            const x = (sigmoid(dx!) * scale! - 0.5 * (scale! - 1) + column) * stride!;
            const y = (sigmoid(dy!) * scale! - 0.5 * (scale! - 1) + row) * stride!;
            const box = corners(
              x,
              y,
              Math.exp(dw!) * anchors[head]![2 * anchor]!,
              Math.exp(dh!) * anchors[head]![2 * anchor + 1]!,
            );
            for (const [classId, probability] of classes.entries()) {
              const score = confidence! * probability;
              if (score >= 0.3) expected.push({ box, score, classId });
            }
          }
        }
      }
    }
    expectSame(decoded(card, outputs, 0.3), expected);
  });

  /** dog-qiuqiu/Yolo-FastestV2 `Detector.forward` with `export_onnx`, `handel_preds`. */
  it('Yolo-FastestV2 with an output per head', async () => {
    const card = await bare(fastestHeads(4), { preset: 'yolo-fastest-v2' });
    const outputs = await outputsOf(fastestHeads(4), probe);
    const anchors = [
      [12.64, 19.39, 37.88, 51.48, 55.71, 138.31],
      [126.91, 78.23, 131.57, 214.55, 279.92, 258.87],
    ];
    const expected: Found[] = [];
    for (const [head, { dims, data }] of [...outputs.values()].entries()) {
      const stride = [16, 32][head]!;
      const [, rows, cells, each] = dims as [number, number, number, number];
      for (let cell = 0; cell < rows * cells; cell++) {
        const row = data.subarray(cell * each, (cell + 1) * each);
        for (let anchor = 0; anchor < 3; anchor++) {
          const [x, y, w, h] = row.subarray(4 * anchor, 4 * anchor + 4) as unknown as number[];
          const box = corners(
            (x! * 2 - 0.5 + (cell % cells)) * stride,
            (y! * 2 - 0.5 + Math.floor(cell / cells)) * stride,
            (w! * 2) ** 2 * anchors[head]![2 * anchor]!,
            (h! * 2) ** 2 * anchors[head]![2 * anchor + 1]!,
          );
          for (let classId = 0; classId < 4; classId++) {
            const score = row[12 + anchor]! * row[15 + classId]!;
            if (score >= 0.3) expected.push({ box, score, classId });
          }
        }
      }
    }
    expectSame(decoded(card, outputs, 0.3), expected);
  });

  /** The same `Detector.forward` without `export_onnx`, `handel_preds`: sigmoid of boxes and objectness, softmax of the classes. */
  it.each([undefined, 'yolo-fastest-v2'])('Yolo-FastestV2 with six raw maps, preset %s', async (preset) => {
    const model = () => fastestMaps(3, { dims: [1, 3, 96, 160] });
    const card = await bare(model(), { preset });
    const outputs = await outputsOf(model(), probe);
    const maps = [...outputs.values()].map(({ data }) => data);
    const anchors = [
      [12.64, 19.39, 37.88, 51.48, 55.71, 138.31],
      [126.91, 78.23, 131.57, 214.55, 279.92, 258.87],
    ];
    const expected = [16, 32].flatMap((stride, head) => {
      const [boxes, objectness, classes] = maps.slice(3 * head, 3 * head + 3) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const [rows, columns] = [96 / stride, 160 / stride];
      const cells = rows * columns;
      return Array.from({ length: cells }, (_, cell) => {
        const powers = [0, 1, 2].map((id) => Math.exp(classes[id * cells + cell]!));
        const sum = powers.reduce((a, b) => a + b);
        return [0, 1, 2].flatMap((anchor) => {
          const [x, y, w, h] = [0, 1, 2, 3].map((at) => 2 * sigmoid(boxes[(4 * anchor + at) * cells + cell]!));
          const box = corners(
            (x! - 0.5 + (cell % columns)) * stride,
            (y! - 0.5 + Math.floor(cell / columns)) * stride,
            w! ** 2 * anchors[head]![2 * anchor]!,
            h! ** 2 * anchors[head]![2 * anchor + 1]!,
          );
          const factor = sigmoid(objectness[anchor * cells + cell]!) / sum;
          return powers.map((power, classId): Found => ({ box, score: factor * power, classId }));
        });
      }).flat();
    });
    expectSame(
      decoded(card, outputs, 0.3),
      expected.filter(({ score }) => score >= 0.3),
    );
    expect(parseCard(formatCard(card), 'card.json')).toEqual(card);
    for (const [name, { dims, data }] of outputs) {
      const broken = new Map(outputs).set(name, { dims, data: data.map(() => Infinity) });
      expect(decoded(card, broken, 0.3).length).toBeLessThan(expected.length / 2);
      const wrong = new Map(outputs).set(name, { dims: [...dims].reverse(), data });
      expect(() => decoded(card, wrong, 0.3)).toThrow(new RegExp(`output "${name}": the card expects`));
    }
  });
});
