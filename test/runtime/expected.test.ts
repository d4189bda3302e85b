import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import type { Engine } from '#core/engine.js';
import { openEngine } from '#runtime/engine.js';
import { createDetect, type DetectOptions } from '#vision/detect.js';
import { iou } from '#vision/iou.js';
import { letterbox } from '#vision/letterbox.js';
import { shared, sharedPath } from '../support/shared.js';

/*
 * The whole way of a picture: bytes, the prelude in the graph, a worker thread, the decoder that the card chose. The cards are
 * made from the bare files, by nothing but their shapes.
 */

interface Expected {
  readonly label: number;
  readonly score: number;
  readonly box: Box;
  readonly landmarks?: readonly (readonly [number, number])[];
}

interface Case {
  readonly model: string;
  readonly options: DetectOptions;
  /** Rows below it stay in the graph. */
  readonly scoreFloor?: number;
}

const USUAL = { score: 0.25, iou: 0.45 };
const CASES: readonly Case[] = [
  { model: 'yolox-nano', options: USUAL },
  { model: 'yolox-nano', options: USUAL, scoreFloor: 0.25 },
  { model: 'yolo-fastest-v2', options: USUAL },
  { model: 'fastestdet', options: USUAL },
  { model: 'ultraface-rfb-320', options: {} },
  { model: 'retinaface-mobilenet025', options: {} },
];

const cacheDir = mkdtempSync(join(tmpdir(), 'lookout-test-'));
afterAll(() => rmSync(cacheDir, { recursive: true }));

/** A PNG of exactly the input size as planes R, G, B. */
async function planes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const plane = info.width * info.height;
  const out = new Uint8Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < plane; at++) out[channel * plane + at] = data[3 * at + channel];
  }
  return out;
}

function expectSame(found: readonly Detection[], expected: readonly Expected[], engine: Engine, picture: string): void {
  const { width, height } = engine.card.input.size;
  expect(found.length, picture).toBe(expected.length);
  for (const wanted of expected) {
    const [x1, y1, x2, y2] = wanted.box;
    const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
    const same = found.find(
      (one) => one.classId === wanted.label && iou(one.box, box) >= 0.99 && Math.abs(one.score - wanted.score) <= 0.005,
    );
    expect(same, `${picture}: ${JSON.stringify(wanted)}`).toBeDefined();
    for (const [k, [x, y]] of (wanted.landmarks ?? []).entries()) {
      expect(Math.hypot(same!.landmarks![k][0] - x, same!.landmarks![k][1] - y)).toBeLessThan(0.1);
    }
  }
}

describe.skipIf(!shared)('the engine finds what an independent implementation finds', () => {
  it.each(CASES)('$model, least score in the graph: $scoreFloor', async ({ model, options, scoreFloor }) => {
    const engine = await openEngine({
      model: sharedPath('models', `${model}.onnx`),
      device: 'cpu',
      cacheDir,
      scoreFloor,
    });
    try {
      const { size, fit } = engine.card.input;
      const detect = createDetect(engine.card, { ...options, maxDetections: Number.POSITIVE_INFINITY });
      const where = letterbox({ source: size, input: size, fit });
      const folder = sharedPath('expected', model);
      const all: Record<string, Expected[]> = JSON.parse(readFileSync(join(folder, 'detections.json'), 'utf8'));
      // All at once: they queue, and several workers take them.
      const names = Object.keys(all);
      const pictures = await Promise.all(names.map((name) => planes(join(folder, name))));
      const results = await Promise.all(pictures.map((picture) => engine.infer([picture])));
      for (const [at, name] of names.entries())
        expectSame(detect(results[at].outputs[0], where), all[name], engine, name);
      expect(Object.values(all).flat().length).toBeGreaterThan(20);
    } finally {
      await engine.close();
    }
  });
});
