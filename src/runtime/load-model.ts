import { basename } from 'node:path';
import type { Card } from '#core/card.js';
import { strideOf } from '#core/input-sizes.js';
import { findModel, nameOf, readCard } from './card-file.js';
import type { ModelOptions } from './engine-options.js';
import { examine, sizeOf } from './examine.js';
import { guessReading, makeCard, readAs } from './make-card.js';
import { type ModelFile, readModelFile } from './model-file.js';
import { presetOf } from './presets/presets.js';
import type { Probe } from './probe.js';
import { verifyCard } from './verify-card.js';

/** A model and its card, agreed with each other. */
export interface LoadedModel {
  readonly card: Card;
  readonly file: ModelFile;
}

/** The card of a bare ONNX file: read as the preset says, or as metadata and shapes tell. */
export async function cardOf(
  file: ModelFile,
  probe: Probe,
  options: Omit<ModelOptions, 'model'>,
  name = nameOf(file.path),
): Promise<Card> {
  const { labels, anchors, imgsz } = options;
  const preset = options.preset === undefined ? undefined : presetOf(options.preset);
  const facts = await examine(file, probe, {
    imgsz,
    labels,
    anchors,
    defaultSize: preset?.defaultSize,
    stride: preset?.stride,
    named: preset !== undefined,
  });
  const reading = preset ? readAs(preset, facts) : guessReading(facts);
  return makeCard(file, facts, reading, { name, file: basename(file.path) });
}

/** The card for another input size, where the graph leaves it free: that size and no other. */
function resized(card: Card, imgsz: ModelOptions['imgsz']): Card {
  if (imgsz === undefined) return card;
  const size = sizeOf(card.input, { imgsz, fallback: card.input.size, stride: strideOf(card) });
  return { ...card, input: { ...card.input, size, adapts: false } };
}

/**
 * Finds a model, reads its file and its card (or makes one), and compares them.
 * @throws LookoutError kind `config` when there is no such model, `model` when file or card is wrong
 */
export async function loadModel(options: ModelOptions, probe: Probe): Promise<LoadedModel> {
  const found = await findModel(options.model, options.modelsDir ?? 'models');
  if (found.is === 'onnx') {
    const file = await readModelFile(found.path);
    return { file, card: await cardOf(file, probe, options) };
  }
  const { card, modelPath } = await readCard(found.path);
  const file = await readModelFile(modelPath);
  verifyCard(card, file);
  return { file, card: resized(card, options.imgsz) };
}
