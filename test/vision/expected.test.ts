import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { DecoderSpec, InputSpec } from '#core/card.js';
import type { RawOutput } from '#core/tensor.js';
import { createDetect, type DetectOptions, type DetectorCard } from '#vision/detect.js';
import { iou } from '#vision/iou.js';
import { letterbox } from '#vision/letterbox.js';
import { shared, sharedPath } from '../support/shared.js';

/*
 * Pictures of exactly the input size through the real models, against what an independent implementation found in them.
 */

type Case = { model: string; input: InputSpec; labels: number; decoder: DecoderSpec; options: DetectOptions };

interface Expected {
  readonly label: number;
  readonly score: number;
  readonly box: Box;
  readonly landmarks?: readonly (readonly [number, number])[];
}

const CASES: readonly Case[] = [
  {
    model: 'yolox-nano',
    input: input('images', 416, 416, { fit: 'letterbox-top-left', channels: 'BGR' }),
    labels: 80,
    decoder: { kind: 'yolox', output: 'output', strides: [8, 16, 32], raw: true },
    options: { score: 0.25, iou: 0.45 },
  },
  {
    model: 'yolo-fastest-v2',
    input: input('input.1', 352, 352, { channels: 'BGR', std: [255, 255, 255] }),
    labels: 80,
    decoder: {
      kind: 'yolo-fastest-v2',
      output: 'output',
      heads: [
        {
          stride: 16,
          anchors: [
            [12.64, 19.39],
            [37.88, 51.48],
            [55.71, 138.31],
          ],
        },
        {
          stride: 32,
          anchors: [
            [126.91, 78.23],
            [131.57, 214.55],
            [279.92, 258.87],
          ],
        },
      ],
    },
    options: { score: 0.25, iou: 0.45 },
  },
  {
    model: 'fastestdet',
    input: input('input.1', 352, 352, { channels: 'BGR', std: [255, 255, 255] }),
    labels: 80,
    decoder: { kind: 'fastestdet', output: 'output' },
    options: { score: 0.25, iou: 0.45 },
  },
  {
    model: 'ultraface-rfb-320',
    input: input('input', 320, 240, { mean: [127, 127, 127], std: [128, 128, 128] }),
    labels: 1,
    decoder: { kind: 'ultraface', boxes: 'boxes', scores: 'scores' },
    options: { score: 0.5, iou: 0.3 },
  },
  {
    model: 'retinaface-mobilenet025',
    input: input('input0', 640, 640, { channels: 'BGR', mean: [104, 117, 123] }),
    labels: 1,
    decoder: {
      kind: 'retinaface',
      boxes: 'boxes',
      scores: 'scores',
      landmarks: 'landmarks',
      priors: [
        { stride: 8, sizes: [16, 32] },
        { stride: 16, sizes: [64, 128] },
        { stride: 32, sizes: [256, 512] },
      ],
      variances: [0.1, 0.2],
    },
    options: { score: 0.5, iou: 0.4 },
  },
];

describe.skipIf(!shared)('real models find what an independent implementation finds', () => {
  it.each(CASES)('$model', async (example) => {
    const session = await InferenceSession.create(sharedPath('models', `${example.model}.onnx`), {
      logSeverityLevel: 3,
    });
    const names = session.outputNames;
    const card: DetectorCard = {
      decoder: named(example.decoder, names),
      labels: Array.from({ length: example.labels }, (_, id) => `class ${id}`),
      input: example.input,
    };
    const detect = createDetect(card, { ...example.options, maxDetections: Infinity });
    const { size, fit } = example.input;
    const where = letterbox({ source: size, input: size, fit });
    const folder = sharedPath('expected', example.model);
    const all: Record<string, Expected[]> = JSON.parse(readFileSync(`${folder}/detections.json`, 'utf8'));
    let compared = 0;
    for (const [picture, expected] of Object.entries(all)) {
      const fed = new Tensor('float32', await pixels(`${folder}/${picture}`, example.input), [
        1,
        3,
        size.height,
        size.width,
      ]);
      const results = await session.run({ [session.inputNames[0]]: fed });
      const outputs: RawOutput = new Map(
        names.map((name) => [name, { dims: results[name].dims, data: results[name].data as Float32Array }]),
      );
      const found = detect(outputs, where);
      expect(found.length, picture).toBe(expected.length);
      for (const wanted of expected) {
        const box = clipped(wanted.box, size);
        const same = found.find(
          (one) =>
            one.classId === wanted.label && iou(one.box, box) >= 0.99 && Math.abs(one.score - wanted.score) <= 0.005,
        );
        expect(same, `${picture}: ${JSON.stringify(wanted)}`).toBeDefined();
        for (const [k, [x, y]] of (wanted.landmarks ?? []).entries()) {
          expect(Math.hypot(same!.landmarks![k][0] - x, same!.landmarks![k][1] - y)).toBeLessThan(0.1);
        }
        compared++;
      }
    }
    await session.release();
    expect(compared).toBeGreaterThan(20);
  });
});

function input(name: string, width: number, height: number, rest: Partial<InputSpec>): InputSpec {
  return {
    name,
    type: 'float32',
    dims: [1, 3, height, width],
    layout: 'NCHW',
    size: { width, height },
    fit: 'stretch',
    padding: 114,
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    ...rest,
  };
}

/** The decoder with the file's own output names: in the graph's order, boxes and scores by their width. */
function named(decoder: DecoderSpec, names: readonly string[]): DecoderSpec {
  if (decoder.kind === 'ultraface') return decoder;
  if (decoder.kind === 'retinaface') return { ...decoder, boxes: names[0], scores: names[1], landmarks: names[2] };
  return 'output' in decoder ? { ...decoder, output: names[0] } : decoder;
}

async function pixels(file: string, { size, channels, mean, std }: InputSpec): Promise<Float32Array> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([size.width, size.height, 3]);
  const plane = size.width * size.height;
  const planes = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    const from = channels === 'RGB' ? c : 2 - c;
    for (let i = 0; i < plane; i++) planes[c * plane + i] = (data[i * 3 + from] - mean[c]) / std[c];
  }
  return planes;
}

function clipped([x1, y1, x2, y2]: Box, { width, height }: { width: number; height: number }): Box {
  return [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
}
