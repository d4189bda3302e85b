import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ValueSpec } from '#core/card.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { ElementType } from '#core/tensor.js';
import { decodeModel } from '#onnx/decode.js';
import { feedsOf, type Model, type ValueInfo } from '#onnx/model.js';
import { withoutTensorRtNms } from './graph/tensorrt-nms.js';

/** The newest files that onnxruntime-node 1.30 reads. */
const MAX_IR_VERSION = 13;
const MAX_OPSET = 26;
const MIN_OPSET = 7;

const ELEMENT_TYPES: readonly string[] = ['float32', 'float16', 'uint8', 'int8', 'int32', 'int64', 'bool', 'float64'];

/** An ONNX file, read and understood. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly model: Model;
}

function checkVersions({ irVersion, opsets }: Model): void {
  const opset = opsets.get('') ?? MIN_OPSET;
  if (irVersion > MAX_IR_VERSION || opset > MAX_OPSET) {
    throw new LookoutError(
      'model',
      `it is newer than the runtime: expected IR version up to ${MAX_IR_VERSION} and opset up to ${MAX_OPSET}, ` +
        `found IR version ${irVersion} and opset ${opset}; export it again for an older opset`,
    );
  }
  if (opset < MIN_OPSET) {
    throw new LookoutError(
      'model',
      `it is too old: expected opset ${MIN_OPSET} or newer, found ${opset}; convert it first`,
    );
  }
}

/** @throws LookoutError kind `model`, naming the file, when it is missing or no ONNX model that the runtime can read. */
export async function readModelFile(path: string): Promise<ModelFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new LookoutError('model', `model ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    return modelFileOf(path, bytes);
  } catch (error) {
    throw new LookoutError('model', `model ${basename(path)}: ${messageOf(error)}`, { cause: error });
  }
}

/** The same for bytes that are at hand. */
export function modelFileOf(path: string, bytes: Uint8Array): ModelFile {
  const model = withoutTensorRtNms(decodeModel(bytes));
  checkVersions(model);
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), model };
}

/** A declared value in the card's terms; undefined unless it is a tensor of a type that lookout reads. */
export function specOf({ name, type, dims = [] }: ValueInfo): ValueSpec | undefined {
  if (type === undefined || !ELEMENT_TYPES.includes(type)) return undefined;
  return { name, type: type as ElementType, dims: dims.map((dim) => (typeof dim === 'number' ? dim : -1)) };
}

/** The one input that takes pictures. @throws LookoutError kind `model` saying which inputs there are instead. */
export function pictureInput(model: Model): ValueSpec {
  const feeds = feedsOf(model.graph);
  const spec = feeds.length === 1 ? specOf(feeds[0]!) : undefined;
  const channels = spec && [spec.dims[1], spec.dims[3]];
  if (spec?.dims.length === 4 && channels!.some((dim) => dim === 3 || dim === -1)) return spec;
  const found = feeds.map(({ name, type, dims }) => `${name} ${type ?? '?'} [${dims?.map((dim) => dim || '?') ?? ''}]`);
  throw new LookoutError(
    'model',
    `expected one input for pictures of 3 channels, [N, 3, H, W] or [N, H, W, 3]; found ${found.join(', ') || 'none'}`,
  );
}

/** The outputs that are tensors which lookout reads. */
export function tensorOutputs(model: Model): readonly ValueSpec[] {
  return model.graph.outputs.flatMap((output) => specOf(output) ?? []);
}
