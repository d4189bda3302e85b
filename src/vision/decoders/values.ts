import { LookoutError } from '#core/errors.js';
import type { RawOutput, Tensor } from '#core/tensor.js';

/** The logistic function. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * A logit below which the sigmoid is surely less than `probability`: most rows end at one comparison, without an exp.
 * A little lower than the exact one, for the rounding of both; -Infinity for 0.
 */
export function logitFloor(probability: number): number {
  if (!(probability > 0)) return -Infinity;
  const p = Math.min(probability, 1 - 2 ** -24);
  return Math.log(p / (1 - p)) - 1e-3;
}

/** Place of the greatest of `count` values `data[at + i * step]`, the first of equals; -1 where none is above -Infinity (NaN). */
export function bestOf(data: Float32Array, at: number, step: number, count: number): number {
  let best = -1;
  let most = -Infinity;
  for (let i = 0, place = at; i < count; i++, place += step) {
    if (data[place] > most) {
      most = data[place];
      best = i;
    }
  }
  return best;
}

/** The output of that name. @throws LookoutError kind `model` where the model gives none. */
export function outputNamed(outputs: RawOutput, name: string): Tensor {
  const tensor = outputs.get(name);
  if (tensor) return tensor;
  throw new LookoutError('model', `the card reads output "${name}", the model gives ${[...outputs.keys()].join(', ')}`);
}

/** The output of that name as rows of `width` numbers, whatever its leading dimensions. */
export function rowsNamed(outputs: RawOutput, name: string, width: number): { data: Float32Array; rows: number } {
  const { data, dims } = outputNamed(outputs, name);
  if (dims[dims.length - 1] !== width) throw shapeError(name, `[1, N, ${width}]`, dims);
  return { data, rows: data.length / width };
}

/** Rows of `width` numbers of which there must be `rows`. */
export function rowsExactly(outputs: RawOutput, name: string, rows: number, width: number): Float32Array {
  const found = rowsNamed(outputs, name, width);
  if (found.rows !== rows) throw shapeError(name, `[1, ${rows}, ${width}]`, outputNamed(outputs, name).dims);
  return found.data;
}

/** An output that has not the shape that the card speaks of. */
export function shapeError(name: string, expected: string, found: readonly number[]): LookoutError {
  return new LookoutError(
    'model',
    `output "${name}": the card expects ${expected}, the model gives [${found.join(', ')}]; check the card's decoder, labels and input size`,
  );
}
