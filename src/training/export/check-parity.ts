import type { Dataset } from '#dataset/dataset.js';
import { Loader } from '#dataset/loader.js';
import { compileForward } from '#nn/inference.js';
import { encodeModel } from '#onnx/encode.js';
import type { TypedTensor } from '#runtime/session.js';
import { StepRunner } from '#runtime/step-runner.js';
import type { Feed } from '#runtime/worker-protocol.js';
import { createDetect } from '#vision/detect.js';
import { letterbox } from '#vision/letterbox.js';
import type { Found } from '#vision/metrics/pictures.js';
import { decoderOf } from '../detector/detector-network.js';
import type { ExportedModel, TrainedDetector } from './export-detector.js';
import { compareDetections, type Parity } from './parity.js';

/** Scores from which boxes are compared: below, thousands of candidates say little. */
const THRESHOLD = 0.1;

/**
 * Runs the trained network (running statistics, unfolded) and the exported model on the same pictures and compares what
 * they find before any suppression.
 */
export async function checkParity(
  trained: TrainedDetector,
  exported: ExportedModel,
  dataset: Dataset,
  pictures = 16,
): Promise<Parity> {
  const { side, layout, weights, detector } = trained;
  const input = { dims: [1, 3, side, side], type: 'uint8' } as const;
  const states = [
    { name: 'parameters', type: 'float32', dims: [layout.parameterCount] },
    { name: 'states', type: 'float32', dims: [Math.max(1, layout.stateCount)] },
  ] as const;
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states });
  const loader = new Loader({
    dataset: { ...dataset, samples: dataset.samples.slice(0, pictures) },
    batch: 1,
    sizes: [{ width: side, height: side }],
    seed: 0,
    epochs: 1,
    shuffle: false,
    workers: 1,
  });
  try {
    const hasStates = layout.stateCount > 0;
    await runner.write(
      new Map([['parameters', weights.parameters], ...(hasStates ? [['states', weights.states] as const] : [])]),
    );
    const reads = { parameters: 'parameters', ...(hasStates && { states: 'states' }) };
    const forward = encodeModel(compileForward(detector.network, input, layout));
    await runner.add({ key: 'trained', model: forward, reads, writes: {} });
    await runner.add({ key: 'exported', model: encodeModel(exported.model), reads: {}, writes: {} });
    const readers = readersOf(trained, exported);
    const found: { trained: Found[][]; exported: Found[][] } = { trained: [], exported: [] };
    for await (const { pictures: pixels } of loader) {
      for (const key of ['trained', 'exported'] as const) {
        const type = key === 'trained' ? 'uint8' : exported.card.input.type;
        const { outputs } = await runner.run(key, [feedOf(pixels, side, type)]);
        found[key].push(readers[key](outputs));
      }
    }
    return compareDetections(found.trained, found.exported, THRESHOLD);
  } finally {
    await loader.close();
    await runner.close();
  }
}

function feedOf(pixels: Uint8Array, side: number, type: string): Feed {
  const data = type === 'uint8' ? pixels.slice() : Float32Array.from(pixels, (pixel) => pixel / 255);
  return { name: 'input', type: type as Feed['type'], dims: [1, 3, side, side], parts: [data] };
}

type Reader = (outputs: ReadonlyMap<string, TypedTensor>) => Found[];

function readersOf({ labels, side, detector, anchors, classes }: TrainedDetector, { card }: ExportedModel) {
  const size = { width: side, height: side };
  const same = letterbox({ source: size, input: size, fit: 'stretch' });
  // No suppression: a box that is dropped for another one would hide a difference, or make one.
  const options = { score: THRESHOLD / 2, iou: 1, maxDetections: 100_000 };
  const readerOf = (decoder: typeof card.decoder): Reader => {
    const detect = createDetect({ labels, input: card.input, decoder }, options);
    return (outputs) =>
      detect(new Map([...outputs].map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }])), same);
  };
  return { trained: readerOf(decoderOf(detector, anchors, classes)), exported: readerOf(card.decoder) };
}
