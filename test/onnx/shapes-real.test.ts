import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '#onnx/decode.js';
import { encodeModel } from '#onnx/encode.js';
import { feedsOf, type Model } from '#onnx/model.js';
import { inferShapes } from '#onnx/shapes/infer.js';
import { elementCount } from '#onnx/tensor.js';
import { shared, sharedPath } from '../support/shared.js';

const FILES = ['yolo-fastest-v2', 'yolox-nano', 'fastestdet', 'ultraface-rfb-320', 'retinaface-mobilenet025'];

/** The shape of every value inside the model, as onnxruntime computes it. */
async function measured(model: Model): Promise<Map<string, readonly number[]>> {
  const types = inferShapes(model);
  const names = model.graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  const outputs = names.map((name) => ({ name, type: types.get(name)!.type! }));
  const bytes = encodeModel({ ...model, graph: { ...model.graph, outputs } });
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const [input] = feedsOf(model.graph);
  const dims = input!.dims!.map((dim) => (typeof dim === 'number' ? dim : 1));
  const results = await session.run({
    [input!.name]: new ort.Tensor('float32', new Float32Array(elementCount(dims)), dims),
  });
  await session.release();
  return new Map(Object.entries(results).map(([name, { dims: found }]) => [name, found]));
}

describe.skipIf(!shared)('shape inference on real files', () => {
  it.each(FILES)('knows every shape inside %s without the file declaring one', async (name) => {
    const model = decodeModel(readFileSync(sharedPath('models', `${name}.onnx`)));
    const graph = { ...model.graph, values: [], outputs: model.graph.outputs.map((output) => ({ name: output.name })) };
    const shapes = inferShapes({ ...model, graph });
    const wrong = [...(await measured(model))].filter(
      ([value, dims]) => String(shapes.get(value)?.dims) !== String(dims),
    );
    expect(wrong.map(([value, dims]) => ({ value, dims, inferred: shapes.get(value) }))).toEqual([]);
  });
});
