import { basename, join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { selectSplit } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { quantiseDetector } from '#training/export/quantise-detector.js';
import { namedModel } from './bundled-models.js';
import type { Terminal } from './terminal.js';

/** What the command line says, read. */
export interface QuantiseRequest {
  readonly data: string;
  readonly out?: string;
  readonly models: string;
  readonly pictures: number;
  readonly reducedWeights?: true;
  readonly rename: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** Quantises and prints what that costs and gains. */
export async function runQuantisation(model: string, request: QuantiseRequest): Promise<void> {
  const { terminal, pictures, reducedWeights = false } = request;
  if (!(Number.isInteger(pictures) && pictures > 0)) {
    throw new LookoutError('config', `--pictures: expected a number above 0, got ${pictures}`);
  }
  const dataset = await readDataset(request.data);
  const [train, val] = [selectSplit(dataset, 'train'), selectSplit(dataset, 'val')];
  const folder = request.out ?? join(request.models, `${basename(model)}-int8`);
  const { before, after, ms } = await quantiseDetector({
    ...request,
    model: namedModel(model, request.models),
    modelsDir: request.models,
    folder,
    calibration: train.samples.length > 0 ? train : dataset,
    judged: val.samples.length > 0 ? val : dataset,
    reducedWeights,
    note: (line) => terminal.print(line),
  });
  const row = (name: string, { metrics }: typeof before, time: number): string =>
    `${name.padEnd(6)} AP50 ${metrics.AP50.toFixed(3)}  AP ${metrics.AP.toFixed(3)}  ${time.toFixed(2)} ms a picture, one thread`;
  terminal.print(row('before', before, ms.before));
  terminal.print(row('int8', after, ms.after));
  terminal.print(`${(ms.before / ms.after).toFixed(2)} times as fast; written: ${folder}`);
  const figures = {
    AP50: [before.metrics.AP50, after.metrics.AP50],
    AP: [before.metrics.AP, after.metrics.AP],
    ms: [ms.before, ms.after],
  };
  terminal.event('quantised', { ...figures, folder });
}
