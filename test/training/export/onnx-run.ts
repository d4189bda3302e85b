import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { StepRunner } from '#runtime/step-runner.js';

/** Runs a model once per input, in a thread of its own. */
export async function runModel(model: Model, inputs: readonly Float32Array[]): Promise<Map<string, Float32Array>[]> {
  const { name, dims } = model.graph.inputs[0]!;
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states: [] });
  try {
    await runner.add({ key: 'model', model: encodeModel(model), reads: {}, writes: {} });
    const results: Map<string, Float32Array>[] = [];
    for (const input of inputs) {
      const feed = { name, type: 'float32', dims: dims as number[], parts: [input.slice()] } as const;
      const { outputs } = await runner.run('model', [feed]);
      results.push(new Map([...outputs].map(([key, { data }]) => [key, data as Float32Array])));
    }
    return results;
  } finally {
    await runner.close();
  }
}
