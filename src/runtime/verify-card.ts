import type { Card, ValueSpec } from '#core/card.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { RawOutput } from '#core/tensor.js';
import { decode } from '#vision/decode.js';
import { batchOf } from './examine.js';
import { type ModelFile, pictureInput, tensorOutputs } from './model-file.js';
import { outputsRead } from './outputs-read.js';
import { describeValues } from './presets/facts.js';

function refuse(card: Card, what: string, expected: string, found: string): LookoutError {
  return new LookoutError(
    'model',
    `card ${card.name}: ${what}: the card expects ${expected}, the ONNX file has ${found}; ` +
      'correct the card, or write it again with `lookout models add`',
  );
}

function describe(value: ValueSpec): string {
  return `${value.type} ${describeValues([value])}`;
}

/** Whether two shapes can be the same: a free dimension agrees with any. */
function agree(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, at) => dim < 0 || b[at]! < 0 || dim === b[at]);
}

function verifyInput(card: Card, file: ModelFile): void {
  const found = pictureInput(file.model);
  const { input } = card;
  if (found.name !== input.name || found.type !== input.type || !agree(found.dims, input.dims)) {
    throw refuse(card, 'input', describe(input), describe(found));
  }
  const [height, width] = input.layout === 'NCHW' ? found.dims.slice(2) : found.dims.slice(1, 3);
  const channels = input.layout === 'NCHW' ? found.dims[1] : found.dims[3];
  if (channels !== 3 && channels !== -1) throw refuse(card, 'input layout', input.layout, describe(found));
  if (!agree([height!, width!], [input.size.height, input.size.width])) {
    throw refuse(card, 'input size', `${input.size.width}x${input.size.height}`, `${width}x${height}`);
  }
  if (input.adapts && !(height === -1 && width === -1)) {
    throw refuse(card, 'input adapts', 'a free height and width', `${width}x${height}`);
  }
}

/**
 * Compares a card with its ONNX file: sha256, input, outputs, and that the decoder reads outputs that the card lists.
 * @throws LookoutError kind `model` saying what the card expects and what the file has
 */
export function verifyCard(card: Card, file: ModelFile): void {
  if (card.model.sha256 !== file.sha256) throw refuse(card, 'sha256', card.model.sha256, file.sha256);
  verifyInput(card, file);
  const declared = tensorOutputs(file.model);
  for (const output of card.outputs) {
    const found = declared.find(({ name }) => name === output.name);
    const known = found && found.dims.length > 0;
    if (!found || found.type !== output.type || (known && !agree(found.dims, output.dims))) {
      throw refuse(card, 'output', describe(output), found ? describe(found) : describeValues(declared));
    }
  }
  for (const name of outputsRead(card.decoder)) {
    if (!card.outputs.some((output) => output.name === name)) {
      throw refuse(card, 'decoder', `an output ${name}`, describeValues(card.outputs));
    }
  }
}

/**
 * Decodes one picture's outputs as the card says, which shows whether shapes and class count are right.
 * @throws LookoutError kind `model`
 */
export function verifyOutputs(card: Card, outputs: RawOutput): void {
  const batch = batchOf(card.input);
  for (const { name, dims: whole } of card.outputs) {
    const dims = batch > 1 ? [whole[0]! / batch, ...whole.slice(1)] : whole;
    const found = outputs.get(name);
    if (found && !agree(dims, found.dims)) throw refuse(card, `output ${name}`, `[${dims}]`, `[${found.dims}]`);
  }
  try {
    decode(card, outputs, 0.25);
  } catch (error) {
    if (error instanceof LookoutError)
      throw new LookoutError(error.kind, `card ${card.name}: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}
