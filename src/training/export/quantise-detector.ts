import { basename } from 'node:path';
import type { Card } from '#core/card.js';
import type { Engine } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import type { Dataset } from '#dataset/dataset.js';
import { findModel, readCard } from '#runtime/card-file.js';
import { openEngine } from '#runtime/engine.js';
import { readModelFile } from '#runtime/model-file.js';
import { type EvaluateOptions, evaluateModels } from '../evaluation/evaluate-run.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import { cardMetrics } from '../evaluation/evaluation.js';
import { calibrate } from './calibrate.js';
import { writeCard, writeModel } from './export-detector.js';
import { quantise } from './quantise.js';

export interface QuantiseDetectorOptions extends Pick<EvaluateOptions, 'rename' | 'signal'> {
  /** A name in `modelsDir`, or a folder with a card. */
  readonly model: string;
  readonly modelsDir: string;
  /** Where the quantised model goes. */
  readonly folder: string;
  /** Pictures to calibrate on, other than those it is judged by. */
  readonly calibration: Dataset;
  readonly judged: Dataset;
  /** Pictures of the calibration that are used, spread over it. */
  readonly pictures?: number;
  /** 7-bit weights, for processors without VNNI. */
  readonly reducedWeights?: boolean;
  readonly note?: (line: string) => void;
}

export interface QuantisedDetector {
  readonly card: Card;
  readonly before: Evaluation;
  readonly after: Evaluation;
  /** Median time inside the runtime of one picture on one thread, ms, measured alternately. */
  readonly ms: { readonly before: number; readonly after: number };
}

/**
 * Quantises a model to 8 bits on pictures, measures what that costs in AP and gains in time, and writes both into its card.
 * @throws LookoutError kind `model` for models that cannot be quantised, `config`, `dataset` or `output`
 */
export async function quantiseDetector(options: QuantiseDetectorOptions): Promise<QuantisedDetector> {
  const { model, modelsDir, folder, calibration, judged, pictures = 128, reducedWeights, note } = options;
  const found = await findModel(model, modelsDir);
  if (found.is !== 'card') {
    throw new LookoutError('config', `${model}: expected a model with a card; make one with lookout models add`);
  }
  const { card, modelPath } = await readCard(found.path);
  const file = await readModelFile(modelPath);
  if (card.input.layout !== 'NCHW' || !['float32', 'uint8'].includes(card.input.type)) {
    throw new LookoutError('model', `${card.name}: expected a float32 or uint8 NCHW input to quantise behind`);
  }
  const samples = spread(calibration.samples, pictures);
  note?.(`calibrating on ${samples.length} pictures of ${calibration.name}`);
  const ranges = await calibrate(file.model, card, samples);
  const quantised = quantise(withOpset(file.model), { ranges, reducedWeights });
  const name = basename(folder);
  const { metrics: _, ...rest } = card;
  const written = await writeModel(folder, {
    model: quantised,
    card: { ...rest, name, model: { file: 'model.onnx', sha256: '' } },
  });
  const one = { device: 'cpu', workers: 1, threads: 1, cacheDir: false } as const;
  const engines = [
    await openEngine({ ...one, model, modelsDir }),
    await openEngine({ ...one, model: folder }),
  ] as const;
  try {
    const [before, after] = [
      await evaluateModels([engines[0]], judged, options),
      await evaluateModels([engines[1]], judged, options),
    ];
    const ms = await compareSpeed(...engines);
    const loss = {
      AP: before.evaluation.metrics.AP - after.evaluation.metrics.AP,
      AP50: before.evaluation.metrics.AP50 - after.evaluation.metrics.AP50,
    };
    const quantisation = {
      from: { name: card.name, sha256: card.model.sha256 },
      calibration: { name: calibration.name, pictures: samples.length },
      weights: `int8 per channel${reducedWeights ? ', 7 bits used' : ''}`,
      activations: 'uint8 per tensor',
      loss: { AP: rounded(loss.AP), AP50: rounded(loss.AP50) },
      msBefore: rounded(ms.before),
      msAfter: rounded(ms.after),
    };
    const full: Card = { ...written, metrics: cardMetrics(after.evaluation), recipe: { ...card.recipe, quantisation } };
    await writeCard(folder, full);
    return { card: full, before: before.evaluation, after: after.evaluation, ms };
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

/** QDQ per channel came with operator set 13; what lies between 11 and 13 means the same there. */
function withOpset(model: Awaited<ReturnType<typeof readModelFile>>['model']) {
  const opset = model.opsets.get('') ?? 0;
  if (opset < 11)
    throw new LookoutError('model', `operator set ${opset} is too old to be quantised: expected 11 or newer`);
  return { ...model, opsets: new Map([...model.opsets, ['', Math.max(13, opset)]]) };
}

/** Alternately, so that whatever else the machine does meets both. */
async function compareSpeed(before: Engine, after: Engine): Promise<{ before: number; after: number }> {
  const times: [number[], number[]] = [[], []];
  const { width, height } = before.card.input.size;
  const picture = (): Uint8Array<ArrayBuffer> => new Uint8Array(3 * width * height).fill(114);
  for (let round = 0; round < 40; round++) {
    for (const [n, engine] of [before, after].entries()) {
      const { inferenceMs } = await engine.infer([picture()]);
      if (round >= 5) times[n]!.push(inferenceMs);
    }
  }
  const [a, b] = times.map((list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)]!);
  return { before: a!, after: b! };
}

function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (count >= list.length) return list;
  return Array.from({ length: count }, (_, n) => list[Math.floor((n * list.length) / count)]!);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
