import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Anchor, Card, DecoderSpec } from '#core/card.js';
import type { Weights } from '#nn/inference.js';
import type { Layout } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { outputError, writeAtomically } from '#records/files.js';
import { formatCard } from '#runtime/card-file.js';
import { type DetectorNetwork, decoderOf } from '../detector/detector-network.js';
import { decodedTail, ROWS } from './decoded-tail.js';
import { exportModel, type InputType, inputSpec } from './inference-model.js';

/** A trained detector: all that an export needs. */
export interface TrainedDetector {
  readonly name: string;
  readonly labels: readonly string[];
  readonly detector: DetectorNetwork;
  readonly layout: Layout;
  readonly weights: Weights;
  /** By head, input px. */
  readonly anchors: readonly (readonly Anchor[])[];
  readonly classes: 'sigmoid' | 'softmax';
  readonly side: number;
}

export interface ExportForm {
  readonly input: InputType;
  /** `raw`: heads as they are, read by the anchor-grid decoder; `rows`: boxes decoded inside the graph. */
  readonly boxes: 'raw' | 'rows';
}

/** Raw heads are read faster: only cells with objectness are decoded, and any number of pictures fits a batch. */
export const DEFAULT_FORM: ExportForm = { input: 'float32', boxes: 'raw' };

export interface ExportedModel {
  readonly model: Model;
  /** Without metrics, thresholds and recipe, which are not known yet. */
  readonly card: Card;
}

/** The ONNX model of a trained detector, and the card that says how to feed and read it. */
export function exportDetector(trained: TrainedDetector, form: ExportForm = DEFAULT_FORM): ExportedModel {
  const { detector, layout, weights, anchors, classes, side, labels, name } = trained;
  const raw = decoderOf(detector, anchors, classes);
  const isRaw = form.boxes === 'raw';
  const model = exportModel({
    detector,
    layout,
    weights,
    side,
    input: form.input,
    ...(!isRaw && { tail: decodedTail(raw.heads, classes) }),
  });
  const decoder: DecoderSpec = isRaw ? raw : { kind: 'rows', output: ROWS };
  const outputs = model.graph.outputs.map(({ name: output, dims }) => ({
    name: output,
    type: 'float32' as const,
    dims: dims!.map((dim) => (typeof dim === 'number' ? dim : -1)),
  }));
  const card: Card = {
    version: 1,
    name,
    model: { file: 'model.onnx', sha256: '' },
    input: inputSpec(side, form.input, isRaw),
    outputs,
    decoder,
    labels,
  };
  return { model, card };
}

/**
 * Writes `model.onnx` and `card.json` into a folder; each appears whole, the card last.
 * @returns the card as written, with the model's hash
 * @throws LookoutError kind `output`
 */
export async function writeModel(folder: string, { model, card }: ExportedModel): Promise<Card> {
  const bytes = encodeModel(model);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw outputError(folder, error);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const written: Card = { ...card, model: { ...card.model, sha256 } };
  await writeAtomically(join(folder, card.model.file), (file) => file.writeFile(bytes));
  await writeCard(folder, written);
  return written;
}

/** Writes a card anew, when more is known of its model. @throws LookoutError kind `output` */
export async function writeCard(folder: string, card: Card): Promise<void> {
  await writeAtomically(join(folder, 'card.json'), (file) => file.writeFile(formatCard(card)));
}
