import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import type { Dataset } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { openEngine } from '#runtime/engine.js';
import { type EvaluateResult, evaluateModels, writeEvaluation } from '#training/evaluation/evaluate-run.js';
import { cardMetrics } from '#training/evaluation/evaluation.js';
import { shared, sharedPath } from '../support/shared.js';

describe.skipIf(!shared)('evaluating a real model on real pictures', () => {
  let engine: Engine;
  let dataset: Dataset;
  let result: EvaluateResult;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lookout-evaluate-'));
    engine = await openEngine({ model: sharedPath('models/yolox-nano.onnx'), device: 'cpu', workers: 1, threads: 1 });
    const all = await readDataset(sharedPath('detect/coco288'));
    dataset = { ...all, samples: all.samples.slice(0, 40) };
    result = await evaluateModels([engine], dataset, { worst: 3 });
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it('finds what this model is known to find', () => {
    const { metrics, pictures, threshold } = result.evaluation;
    expect(pictures).toBe(40);
    expect(metrics.AP50).toBeGreaterThan(0.4);
    expect(metrics.AP).toBeGreaterThan(0.25);
    expect(threshold).toBeGreaterThan(0.05);
    expect(result.unknown).toEqual([]);
    expect(cardMetrics(result.evaluation)).toMatchObject({
      pictures: 40,
      perClass: { person: { truths: expect.any(Number) } },
    });
  });

  it('refuses a renaming of labels that are not there', async () => {
    for (const [rename, fault] of [
      [{ bus: 'buss' }, /--rename bus=buss .*expected a label of the data, person, .*got buss/],
      [{ buss: 'bus' }, /--rename buss=bus .*expected a label of the model, person, .*got buss/],
    ] as const) {
      await expect(evaluateModels([engine], dataset, { rename })).rejects.toThrow(fault);
    }
  });

  it('shows the worst pictures first', () => {
    expect(result.worst).toHaveLength(3);
    const { quality } = result.evaluation;
    expect(quality[0]!.quality).toBeLessThanOrEqual(quality[1]!.quality);
    expect(result.worst[0]!.jpeg.length).toBeGreaterThan(1000);
  });

  it('writes one page that needs nothing else, and the table', async () => {
    const files = await writeEvaluation(folder, result, { title: 'a <model>', subtitle: 'on 40 pictures' });
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(['report.html', 'results.csv']);
    const page = await readFile(files[0]!, 'utf8');
    expect(page).toContain('a &#60;model&#62;');
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(5 + 3);
    expect(page).not.toContain('NaN');
    const lines = (await readFile(files[1]!, 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + dataset.labels.length + 1);
    expect(lines.at(-1)).toMatch(/^all,/);
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([15]));
  });

  it('merges views and models without losing what one view finds', async () => {
    const few = { ...dataset, samples: dataset.samples.slice(0, 12) };
    const plain = await evaluateModels([engine], few, { worst: 0 });
    const merged = await evaluateModels([engine, engine], few, { worst: 0, flip: true, scales: [0.8] });
    expect(merged.evaluation.metrics.AP50).toBeGreaterThan(plain.evaluation.metrics.AP50 - 0.05);
    expect(merged.evaluation.metrics.AP).not.toBe(plain.evaluation.metrics.AP);
  });

  it('says when model and data have no label in common', async () => {
    const other = { ...dataset, labels: dataset.labels.map((label) => `${label}x`) };
    await expect(evaluateModels([engine], other)).rejects.toMatchObject({ kind: 'dataset' });
  });

  it('names the model of an ensemble that has no label in common with the data, and its labels', async () => {
    const stranger: Engine = { ...engine, card: { ...engine.card, name: 'stranger', labels: ['unicorn'] } };
    const few = { ...dataset, samples: dataset.samples.slice(0, 1) };
    await expect(evaluateModels([engine, stranger], few)).rejects.toThrow(
      /^model stranger and .* have no label in common: the model knows unicorn, the data /,
    );
  });

  it('leaves out and names pictures that cannot be read', async () => {
    const broken = { ...dataset.samples[0]!, file: join(folder, 'none.jpg') };
    const { unreadable, evaluation } = await evaluateModels([engine], {
      ...dataset,
      samples: [broken, dataset.samples[1]!],
    });
    expect(unreadable).toEqual([broken.file]);
    expect(evaluation.pictures).toBe(1);
  });
});
