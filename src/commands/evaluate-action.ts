import { basename, join } from 'node:path';
import type { Engine } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import type { Size } from '#core/size.js';
import { type Dataset, type Split, selectSplit } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { openEngine } from '#runtime/engine.js';
import { evaluateModels, writeEvaluation } from '#training/evaluation/evaluate-run.js';
import { cardMetrics } from '#training/evaluation/evaluation.js';
import { namedModel } from './bundled-models.js';
import { classTable } from './class-table.js';
import type { Terminal } from './terminal.js';

/** What the command line says, read. */
export interface EvaluateRequest {
  readonly data: string;
  readonly split?: string;
  readonly out?: string;
  readonly models: string;
  readonly device: string;
  readonly imgsz?: number | Size;
  readonly workers?: number;
  readonly threads?: number;
  readonly rename: Readonly<Record<string, string>>;
  readonly flip?: true;
  readonly scales: readonly number[];
  readonly crops: number;
  readonly weights: readonly number[];
  readonly limit?: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** Evaluates, writes the report and prints the figures. */
export async function runEvaluation(models: readonly string[], request: EvaluateRequest): Promise<void> {
  const { terminal, signal, limit } = request;
  check(models, request);
  const all = await readDataset(request.data);
  const chosen = splitOf(all, request.split);
  const dataset = limit === undefined ? chosen : { ...chosen, samples: chosen.samples.slice(0, limit) };
  const engines: Engine[] = [];
  try {
    for (const model of models)
      engines.push(
        await openEngine({ ...request, model: namedModel(model, request.models), modelsDir: request.models }),
      );
    const names = engines.map(({ card }) => card.name).join(' + ');
    const bar = terminal.progress({
      label: names,
      device: engines.map(({ device }) => device.ran).join(', '),
      total: dataset.samples.length,
    });
    const result = await evaluateModels(engines, dataset, { ...request, signal, progress: (done) => bar.update(done) });
    bar.end();
    const { evaluation, medianMs, unreadable, unknown } = result;
    const folder = request.out ?? join('runs', `evaluate-${engines[0]!.card.name}`);
    const where = `${dataset.name}, ${evaluation.pictures} pictures`;
    const files = await writeEvaluation(folder, result, {
      title: `${names} on ${dataset.name}`,
      subtitle: [where, ...viewNotes(request), `${basename(request.data)}`].join(' · '),
    });
    terminal.print(classTable(evaluation));
    terminal.print(`${medianMs.toFixed(2)} ms a picture in the runtime (median); ${where}`);
    for (const file of unreadable) terminal.print(`could not be read, left out: ${file}`);
    if (unknown.length > 0) terminal.print(`the model does not know: ${unknown.join(', ')}`);
    terminal.print(`written: ${files.join(', ')}`);
    terminal.event('evaluated', { model: names, medianMs, ...cardMetrics(evaluation), files });
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

function check(models: readonly string[], { weights, crops, scales }: EvaluateRequest): void {
  const refuse = (message: string): never => {
    throw new LookoutError('config', message);
  };
  if (weights.length > 0 && weights.length !== models.length) {
    refuse(`--weights: expected ${models.length} numbers, one per model, got ${weights.length}`);
  }
  if (!weights.every((weight) => weight > 0)) refuse('--weights: expected numbers above 0');
  if (!(Number.isInteger(crops) && crops >= 1 && crops <= 8)) refuse(`--crops: expected 1 to 8, got ${crops}`);
  const wrong = scales.find((scale) => scale >= 1);
  if (wrong !== undefined) refuse(`--scales: expected numbers below 1 (the picture in a smaller size), got ${wrong}`);
}

function splitOf(dataset: Dataset, asked: string | undefined): Dataset {
  const splits = new Set(dataset.samples.map(({ split }) => split));
  const split = asked ?? (splits.has('val') ? 'val' : 'all');
  if (split === 'all') return dataset;
  if (!['train', 'val', 'test'].includes(split)) {
    throw new LookoutError('config', `--split: expected train, val, test or all, got ${split}`);
  }
  if (!splits.has(split as Split)) {
    const there = [...splits].map((name) => name ?? 'none named').join(', ');
    throw new LookoutError('dataset', `--split ${split}: ${dataset.name} has no such part; it has ${there}`);
  }
  return selectSplit(dataset, split as Split);
}

function viewNotes({ flip, scales, crops }: EvaluateRequest): string[] {
  const notes = [
    flip ? 'mirrored' : '',
    scales.length > 0 ? `sizes ${scales.join(', ')}` : '',
    crops > 1 ? `${crops}x${crops} crops` : '',
  ];
  const used = notes.filter((note) => note !== '');
  return used.length > 0 ? [`with ${used.join(', ')}`] : [];
}
