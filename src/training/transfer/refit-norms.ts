import { compileForward } from '#nn/inference.js';
import type { Layout } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import type { TypedTensor } from '#runtime/session.js';
import { StepRunner } from '#runtime/step-runner.js';
import type { DetectorNetwork } from '../detector/detector-network.js';
import { layerOf } from '../export/inference-model.js';
import { withOutputs } from '../export/quantise.js';
import type { FlatWeights } from './flat-weights.js';

export interface Refit {
  readonly detector: DetectorNetwork;
  readonly layout: Layout;
  readonly weights: FlatWeights;
  /** Layers whose normalisation is to be refitted. */
  readonly layers: readonly string[];
  /** uint8 `[N, 3, H, W]` of real pictures. */
  readonly pictures: Uint8Array;
  readonly dims: readonly [number, number, number, number];
}

const EPSILON = 1e-3;

/**
 * Gives normalisations that were folded away their statistics back, measured on pictures: with m and v of what the
 * convolution gives, mean = m, variance = v, scale = sqrt(v + e), shift += m. What the network computes stays the same, by
 * running statistics and (on these pictures) by those of the batch, so that training goes on where the file ended.
 */
export async function refitNorms({ detector, layout, weights, layers, pictures, dims }: Refit): Promise<FlatWeights> {
  const forward = compileForward(detector.network, { dims, type: 'uint8' }, layout);
  const convolutions = new Map(layers.map((layer) => [layer, convolutionOf(forward, layer)]));
  const vectors = { parameters: weights.parameters, states: weights.states };
  const states = Object.entries(vectors).map(([name, { length }]) => ({
    name,
    type: 'float32' as const,
    dims: [length],
  }));
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1, optimisation: 'basic' }, states });
  try {
    await runner.write(new Map(Object.entries(vectors)));
    const model = encodeModel(withOutputs(forward, [...convolutions.values()]));
    await runner.add({ key: 'forward', model, reads: { parameters: 'parameters', states: 'states' }, writes: {} });
    const { outputs } = await runner.run('forward', [
      { name: 'input', type: 'uint8', dims, parts: [pictures.slice()] },
    ]);
    const refitted = { parameters: weights.parameters.slice(), states: weights.states.slice() };
    for (const [layer, output] of convolutions) place(refitted, layout, layer, momentsOf(outputs.get(output)!));
    return refitted;
  } finally {
    await runner.close();
  }
}

function convolutionOf({ graph }: Model, layer: string): string {
  const node = graph.nodes.find(({ op, name }) => op === 'Conv' && layerOf(name) === layer);
  if (node === undefined) throw new RangeError(`refitNorms: no convolution ${layer}`);
  return node.outputs[0]!;
}

interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Mean and variance of each channel of `[N, C, H, W]`. */
function momentsOf({ dims, data }: TypedTensor): Moments {
  const [N, C, H, W] = dims as [number, number, number, number];
  const [mean, variance] = [new Float64Array(C), new Float64Array(C)];
  const each = (c: number, visit: (value: number) => void): void => {
    for (let n = 0; n < N; n++) {
      const start = (n * C + c) * H * W;
      for (let at = start; at < start + H * W; at++) visit((data as Float32Array)[at]!);
    }
  };
  const count = N * H * W;
  for (let c = 0; c < C; c++) {
    each(c, (value) => {
      mean[c]! += value / count;
    });
    each(c, (value) => {
      variance[c]! += (value - mean[c]!) ** 2 / count;
    });
  }
  return { mean, variance };
}

function place({ parameters, states }: FlatWeights, layout: Layout, layer: string, { mean, variance }: Moments): void {
  const offsetOf = (slots: Layout['parameters'] | Layout['states'], part: string): number =>
    slots.find(({ name }) => name === `${layer}/norm/${part}`)!.offset;
  const [scale, shift] = [offsetOf(layout.parameters, 'scale'), offsetOf(layout.parameters, 'shift')];
  states.set(mean, offsetOf(layout.states, 'mean'));
  states.set(variance, offsetOf(layout.states, 'variance'));
  mean.forEach((value, c) => {
    parameters[scale + c] = Math.sqrt(variance[c]! + EPSILON);
    parameters[shift + c]! += value;
  });
}
