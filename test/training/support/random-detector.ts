import { Random } from '#core/random.js';
import { compileForward } from '#nn/inference.js';
import { initialParameters, initialStates } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import { StepRunner } from '#runtime/step-runner.js';
import { detectorOf } from '#training/detector/architecture.js';
import { DetectorTask } from '#training/detector/detector-task.js';
import type { TrainedDetector } from '#training/export/export-detector.js';
import { type Recipe, recipeSchema } from '#training/recipe/recipe.js';
import type { FlatWeights } from '#training/transfer/flat-weights.js';

export const ANCHORS = [
  [
    [8, 12],
    [16, 14],
    [20, 36],
  ],
  [
    [40, 30],
    [36, 60],
    [62, 58],
  ],
] as const;

export function recipeOf(more: object = {}): Recipe {
  return recipeSchema.parse({
    kind: 'train',
    model: { size: 64, strides: [16, 32], anchors: ANCHORS.flat() },
    batch: 2,
    ...more,
  });
}

/** A detector that was never trained, but whose every number looks as if it had been. */
export function randomDetector(
  seed: number,
  labels: readonly string[],
  more: object = {},
): TrainedDetector & { task: DetectorTask } {
  const recipe = recipeOf({ seed, ...more });
  const detector = detectorOf(recipe, labels.length, { byHead: ANCHORS });
  const task = new DetectorTask({ recipe, labels, anchors: ANCHORS, detector, objectsPerPicture: 2 });
  const random = new Random(seed);
  const weights = { parameters: initialParameters(task.layout, seed), states: initialStates(task.layout) };
  for (const { name, offset, size } of task.layout.parameters) {
    for (let at = offset; at < offset + size; at++) {
      if (name.endsWith('/norm/scale')) weights.parameters[at] = random.between(0.6, 1.4);
      else if (name.endsWith('/norm/shift')) weights.parameters[at] = 0.2 * random.normal();
      // Heads that are as sure of things as trained ones.
      else if (name.endsWith('raw/w')) weights.parameters[at]! *= 30;
      else if (name.endsWith('raw/b')) weights.parameters[at] = 0.5 * random.normal();
    }
  }
  for (const { name, offset, size } of task.layout.states) {
    for (let at = offset; at < offset + size; at++) {
      weights.states[at] = name.endsWith('mean') ? 0.2 * random.normal() : random.between(0.5, 2);
    }
  }
  return {
    name: 'random',
    labels,
    detector,
    layout: task.layout,
    weights,
    anchors: ANCHORS,
    classes: 'sigmoid',
    side: 64,
    task,
  };
}

export function randomPictures(seed: number, count: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from(
    { length: count * 3 * 64 * 64 },
    (_, at) => 128 + 80 * Math.sin(at / 97 + (at % 64) / 9) + random.between(-30, 30),
  );
}

/** The raw heads of a network for two pictures. */
export async function headsOf(
  { detector, layout }: TrainedDetector,
  { parameters, states }: FlatWeights,
  pictures: Uint8Array,
) {
  const dims = [2, 3, 64, 64];
  const vectors = [
    { name: 'parameters', type: 'float32', dims: [parameters.length] },
    { name: 'states', type: 'float32', dims: [states.length] },
  ] as const;
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states: vectors });
  try {
    await runner.write(
      new Map([
        ['parameters', parameters],
        ['states', states],
      ]),
    );
    const model = encodeModel(compileForward(detector.network, { dims, type: 'uint8' }, layout));
    await runner.add({ key: 'net', model, reads: { parameters: 'parameters', states: 'states' }, writes: {} });
    const { outputs } = await runner.run('net', [{ name: 'input', type: 'uint8', dims, parts: [pictures.slice()] }]);
    return new Map([...outputs].map(([name, { data }]) => [name, data as Float32Array]));
  } finally {
    await runner.close();
  }
}

/** Largest difference, relative to the largest number. */
export function relativeDifference(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): number {
  let [most, scale] = [0, 1e-9];
  for (const [name, values] of a) {
    values.forEach((value, n) => {
      most = Math.max(most, Math.abs(value - b.get(name)![n]!));
      scale = Math.max(scale, Math.abs(value));
    });
  }
  return most / scale;
}
