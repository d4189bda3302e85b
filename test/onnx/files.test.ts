import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '#onnx/decode.js';
import { encodeModel } from '#onnx/encode.js';
import { feedsOf, type Model } from '#onnx/model.js';
import { elementCount } from '#onnx/tensor.js';
import { shared, sharedPath } from '../support/shared.js';

const FILES = ['yolo-fastest-v2', 'yolox-nano', 'fastestdet', 'ultraface-rfb-320', 'retinaface-mobilenet025'];

/** A picture of noise that fits the model's one input. */
function noise(model: Model): Record<string, ort.Tensor> {
  const [input] = feedsOf(model.graph);
  const dims = input!.dims!.map((dim) => (typeof dim === 'number' ? dim : 1));
  const data = Float32Array.from({ length: elementCount(dims) }, (_, index) => ((index * 7919) % 256) / 255);
  return { [input!.name]: new ort.Tensor('float32', data, dims) };
}

async function run(bytes: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Record<string, unknown>> {
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'basic',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data }]));
}

describe.skipIf(!shared)('real files', () => {
  it.each(FILES)('%s survives decoding and encoding and computes the very same', async (name) => {
    const bytes = readFileSync(sharedPath('models', `${name}.onnx`));
    const model = decodeModel(bytes);
    const again = encodeModel(model);
    expect(isDeepStrictEqual(decodeModel(again), model)).toBe(true);
    const feeds = noise(model);
    expect(isDeepStrictEqual(await run(again, feeds), await run(bytes, feeds))).toBe(true);
  });
});
