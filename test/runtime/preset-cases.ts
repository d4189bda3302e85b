import { expect } from 'vitest';
import { COCO_LABELS, VOC_LABELS } from '#runtime/coco-labels.js';
import { noted } from './read-exports.js';
import { cellRows, columns, decodedRows, finalRows, rawHeads, splitHeads, type TinyModel } from './tiny-models.js';

// What each preset of the YOLO families makes of a file.

export const FIXED = { dims: [1, 3, 96, 96] };
const FREE = { dims: ['batch', 3, 'height', 'width'] };
export const NAMES_3 = `{0: 'cat', 1: "dog's", 2: 'cow'}`;

export interface Case {
  readonly what: string;
  readonly preset: string;
  readonly model: () => TinyModel;
  readonly decoder: object;
  readonly labels?: number | readonly string[];
  readonly input?: object;
}

const head = (stride: number, first: readonly number[]) =>
  expect.objectContaining({ stride, anchors: expect.arrayContaining([first]) });

export const YOLO_CASES: readonly Case[] = [
  {
    what: 'yolov2 of 20 classes and few layers has the anchors of tiny-yolo-voc',
    preset: 'yolov2',
    model: () => rawHeads([32], 5, 20),
    decoder: { kind: 'anchor-grid', sizes: 'exp', classes: 'softmax', gridScale: 1, heads: [head(32, [34.56, 38.08])] },
    labels: VOC_LABELS,
    input: { fit: 'letterbox', padding: 128, channels: 'RGB', std: [255, 255, 255] },
  },
  {
    what: 'yolov2 of 80 classes has those of COCO',
    preset: 'yolov2',
    model: () => rawHeads([32], 5, 80),
    decoder: { heads: [head(32, [18.3274, 21.6763])] },
    labels: COCO_LABELS,
  },
  {
    what: 'yolov3 with heads in any order',
    preset: 'yolov3',
    model: () => rawHeads([32, 8, 16], 3, 80),
    decoder: { sizes: 'exp', classes: 'sigmoid', heads: [head(8, [10, 13]), head(16, [30, 61]), head(32, [116, 90])] },
  },
  {
    what: 'yolov3-tiny by its two heads',
    preset: 'yolov3',
    model: () => rawHeads([32, 16], 3, 80),
    decoder: { heads: [head(16, [10, 14]), head(32, [81, 82])] },
  },
  {
    what: 'yolov4 with its own sensitivity at each stride',
    preset: 'yolov4',
    model: () => rawHeads([8, 16, 32], 3, 80),
    decoder: {
      heads: [
        expect.objectContaining({ gridScale: 1.2, anchors: expect.arrayContaining([[12, 16]]) }),
        expect.objectContaining({ gridScale: 1.1 }),
        expect.objectContaining({ gridScale: 1.05 }),
      ],
    },
    input: { fit: 'stretch' },
  },
  {
    what: 'yolov4-tiny: 1.05 everywhere, anchors shared between the heads',
    preset: 'yolov4',
    model: () => rawHeads([16, 32], 3, 80),
    decoder: { gridScale: 1.05, heads: [head(16, [23, 27]), head(32, [344, 319])] },
  },
  {
    what: 'yolov5 raw heads of five dimensions',
    preset: 'yolov5-raw',
    model: () => splitHeads([8, 16, 32], 3, 96),
    decoder: { sizes: 'sigmoid', gridScale: 2, heads: [head(8, [10, 13]), head(16, [30, 61]), head(32, [116, 90])] },
    labels: ['class0', 'class1', 'class2'],
    input: { fit: 'letterbox', padding: 114 },
  },
  {
    what: 'yolov5 P6 by its four heads',
    preset: 'yolov5-raw',
    model: () => rawHeads([8, 16, 32, 64], 3, 2, { dims: [1, 3, 128, 128] }),
    decoder: { heads: [head(8, [19, 27]), head(16, [96, 68]), head(32, [140, 301]), head(64, [436, 615])] },
  },
  {
    what: 'yolov7 raw heads; a single class is not scored',
    preset: 'yolov7',
    model: () => rawHeads([8, 16, 32], 3, 1),
    decoder: {
      kind: 'anchor-grid',
      classes: 'none',
      heads: [head(8, [12, 16]), head(16, [36, 75]), head(32, [142, 110])],
    },
  },
  {
    what: 'yolov5 rows',
    preset: 'yolov5',
    model: () => decodedRows(80),
    decoder: { kind: 'rows' },
    labels: COCO_LABELS,
  },
  {
    what: 'yolov7 rows of one class',
    preset: 'yolov7',
    model: () => decodedRows(1),
    decoder: { kind: 'rows', classes: 'none' },
  },
  {
    what: 'yolov8 of free size at the size that its exporter noted',
    preset: 'yolov8',
    model: () => noted(columns(7, FREE), { names: NAMES_3, imgsz: '[96, 128]', stride: '32' }),
    decoder: { kind: 'columns', landmarks: 0 },
    labels: ['cat', "dog's", 'cow'],
    input: { size: { height: 96, width: 128 }, dims: [-1, 3, -1, -1] },
  },
  {
    what: 'yolov8 with rows and columns exchanged',
    preset: 'yolov8',
    model: () => cellRows(84),
    decoder: { kind: 'columns' },
    labels: COCO_LABELS,
  },
  {
    what: 'yolov8-pose with the landmarks that its exporter noted',
    preset: 'yolov8-pose',
    model: () => noted(columns(4 + 1 + 8), { kpt_shape: '[4, 2]', names: "{0: 'sign'}" }),
    decoder: { kind: 'columns', landmarks: 4, landmarkValues: 2 },
    labels: ['sign'],
  },
  {
    what: 'yolov8-pose without metadata: one class, the rest are points of three numbers',
    preset: 'yolov8-pose',
    model: () => columns(56),
    decoder: { kind: 'columns', landmarks: 17, landmarkValues: 3 },
    labels: ['person'],
  },
  {
    what: 'yolov10',
    preset: 'yolov10',
    model: () => finalRows(),
    decoder: { kind: 'end-to-end' },
    labels: COCO_LABELS,
  },
  {
    what: 'yolox whose grid is still to be applied',
    preset: 'yolox',
    model: () => cellRows(85),
    decoder: { kind: 'yolox', strides: [8, 16, 32], raw: true },
    input: { fit: 'letterbox-top-left', channels: 'BGR', padding: 114, std: [1, 1, 1] },
  },
  {
    what: 'yolo-fastest-v2',
    preset: 'yolo-fastest-v2',
    model: () => cellRows(95, [16, 32]),
    decoder: { kind: 'yolo-fastest-v2', heads: [head(16, [12.64, 19.39]), head(32, [126.91, 78.23])] },
    input: { fit: 'stretch', channels: 'BGR' },
  },
  { what: 'fastestdet', preset: 'fastestdet', model: () => rawHeads([16], 1, 80), decoder: { kind: 'fastestdet' } },
  {
    what: 'uint8 input takes pixels as they are',
    preset: 'yolov8',
    model: () => columns(84, { ...FIXED, type: 'uint8' }),
    decoder: { kind: 'columns' },
    input: { type: 'uint8', mean: [0, 0, 0], std: [1, 1, 1] },
  },
  {
    what: 'pictures with the channels last',
    preset: 'yolov8',
    model: () => columns(84, { dims: [1, 96, 96, 3], layout: 'NHWC' }),
    decoder: { kind: 'columns' },
    input: { layout: 'NHWC', size: { width: 96, height: 96 } },
  },
];
