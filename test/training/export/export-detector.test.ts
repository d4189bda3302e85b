import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '#runtime/engine.js';
import { exportDetector, writeModel } from '#training/export/export-detector.js';
import { createDetect } from '#vision/detect.js';
import { letterbox } from '#vision/letterbox.js';
import { randomDetector, randomPictures } from '../support/random-detector.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const trained = randomDetector(92, ['car', 'person', 'dog']);
const size = { width: 64, height: 64 };
const same = letterbox({ source: size, input: size, fit: 'stretch' });

/** What the serving runtime finds with an exported form. */
async function found(form: Parameters<typeof exportDetector>[1]) {
  const place = join(folder, JSON.stringify(form).replace(/\W/g, ''));
  const card = await writeModel(place, exportDetector(trained, form));
  expect(JSON.parse(readFileSync(join(place, 'card.json'), 'utf8'))).toEqual(card);
  const engine = await openEngine({ model: place, device: 'cpu', workers: 1, threads: 1, cacheDir: false });
  const detect = createDetect(engine.card, { score: 0.3 });
  const picture = randomPictures(96, 1) as Uint8Array<ArrayBuffer>;
  const { outputs } = await engine.infer([picture]);
  await engine.close();
  return detect(outputs[0]!, same);
}

describe('an exported detector', () => {
  it('finds the same in every form: raw or decoded boxes, float or uint8 pixels', async () => {
    const raw = await found({ input: 'float32', boxes: 'raw' });
    expect(raw.length).toBeGreaterThan(5);
    for (const form of [
      { input: 'uint8', boxes: 'raw' },
      { input: 'float32', boxes: 'rows' },
      { input: 'uint8', boxes: 'rows' },
    ] as const) {
      const detections = await found(form);
      expect(detections.map(({ label }) => label)).toEqual(raw.map(({ label }) => label));
      detections.forEach(({ box, score }, n) => {
        expect(score).toBeCloseTo(raw[n]!.score, 4);
        box.forEach((side, k) => {
          expect(side).toBeCloseTo(raw[n]!.box[k]!, 2);
        });
      });
    }
  });

  it('holds no normalisation any more and takes batches of any size with raw boxes', async () => {
    const { model, card } = exportDetector(trained);
    expect(model.graph.nodes.some(({ op }) => op === 'BatchNormalization')).toBe(false);
    expect(model.graph.inputs[0]!.dims).toEqual(['batch', 3, 'height', 'width']);
    expect(card.input).toMatchObject({ dims: [-1, 3, -1, -1], size });
  });

  it('is fed in the size that is asked for, in whole strides', async () => {
    const place = join(folder, 'free');
    await writeModel(place, exportDetector(trained));
    const options = { model: place, device: 'cpu', workers: 1, threads: 1, cacheDir: false } as const;
    const engine = await openEngine({ ...options, imgsz: { width: 100, height: 50 } });
    expect(engine.card.input.size).toEqual({ width: 128, height: 64 });
    const { outputs } = await engine.infer([new Uint8Array(3 * 128 * 64)]);
    await engine.close();
    expect(outputs[0]!.get('head16')?.dims.slice(-2)).toEqual([4, 8]);
  });
});
