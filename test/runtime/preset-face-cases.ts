import { expect } from 'vitest';
import { type Case, FIXED } from './preset-cases.js';
import { retinaface, scrfd, ultraface, yolov5Face } from './tiny-faces.js';
import { columns, rawHeads } from './tiny-models.js';

// What each preset of the face detectors makes of a file.

export const FACE_CASES: readonly Case[] = [
  {
    what: 'scrfd: unnamed outputs, free size, matched by shape',
    preset: 'scrfd',
    model: () => scrfd({ dims: [1, 3, '?', '?'] }),
    decoder: {
      kind: 'scrfd',
      anchorsPerCell: 2,
      heads: [8, 16, 32].map((stride) => expect.objectContaining({ stride, landmarks: expect.any(String) })),
    },
    labels: ['face'],
    input: { size: { width: 640, height: 640 }, mean: [127.5, 127.5, 127.5], std: [128, 128, 128], channels: 'RGB' },
  },
  {
    what: 'scrfd without points',
    preset: 'scrfd',
    model: () => scrfd(FIXED, false),
    decoder: { heads: [8, 16, 32].map((stride) => ({ stride, score: expect.any(String), box: expect.any(String) })) },
  },
  {
    what: 'retinaface',
    preset: 'retinaface',
    model: retinaface,
    decoder: { kind: 'retinaface', variances: [0.1, 0.2] },
    labels: ['face'],
    input: { channels: 'BGR', mean: [104, 117, 123], std: [1, 1, 1] },
  },
  { what: 'ultraface', preset: 'ultraface', model: ultraface, decoder: { kind: 'ultraface' }, labels: ['face'] },
  {
    what: 'yolov8-face raw maps',
    preset: 'yolov8-face',
    model: () => rawHeads([32, 16, 8], 1, 75),
    decoder: {
      kind: 'distribution',
      bins: 16,
      landmarks: 5,
      heads: [8, 16, 32].map((stride) => expect.objectContaining({ stride })),
    },
    labels: ['face'],
  },
  {
    what: 'yolov8-face joined into columns',
    preset: 'yolov8-face',
    model: () => columns(20),
    decoder: { kind: 'columns', landmarks: 5, landmarkValues: 3 },
    labels: ['face'],
  },
  {
    what: 'yolov5-face rows',
    preset: 'yolov5-face',
    model: () => yolov5Face(),
    decoder: { kind: 'rows', landmarks: 5 },
    labels: ['face'],
    input: { fit: 'letterbox', padding: 114, channels: 'RGB', std: [255, 255, 255] },
  },
];
