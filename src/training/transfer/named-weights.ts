import { readFile } from 'node:fs/promises';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Layout } from '#nn/layout.js';
import { decodeModel } from '#onnx/decode.js';
import type { Model } from '#onnx/model.js';
import { float32Of } from '#onnx/tensor.js';
import type { FlatWeights } from './flat-weights.js';

/** A trained tensor by the name of its parameter or running statistic. */
export interface NamedWeight {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export type NamedWeights = ReadonlyMap<string, NamedWeight>;

/** Flat vectors by the names of a layout. */
export function namedWeights(layout: Layout, { parameters, states }: FlatWeights): NamedWeights {
  const pick = (slots: Layout['parameters'] | Layout['states'], flat: Float32Array) =>
    slots.map(({ name, dims, offset, size }) => [name, { dims, data: flat.slice(offset, offset + size) }] as const);
  return new Map([...pick(layout.parameters, parameters), ...pick(layout.states, states)]);
}

/** All float32 constants of a model by name. */
export function weightsOfModel({ graph }: Model): NamedWeights {
  const tensors = [...graph.initialisers].filter(([, { type }]) => type === 'float32');
  return new Map(tensors.map(([name, tensor]) => [name, { dims: tensor.dims, data: float32Of(tensor) }]));
}

/** @throws LookoutError kind `model` when the file is missing or no ONNX */
export async function readOnnxWeights(path: string): Promise<NamedWeights> {
  try {
    return weightsOfModel(decodeModel(await readFile(path)));
  } catch (error) {
    throw new LookoutError('model', `--from ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The beginning of a checkpoint file, which ONNX files never have. */
export async function isCheckpoint(path: string): Promise<boolean> {
  try {
    return (await readFile(path)).subarray(0, 7).toString('latin1') === 'LOOKOUT';
  } catch (error) {
    throw new LookoutError('model', `--from ${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
