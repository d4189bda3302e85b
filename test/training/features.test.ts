import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileForward } from '#nn/inference.js';
import { layoutOf } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import { StepRunner } from '#runtime/step-runner.js';
import { specOf } from '#training/detector/architecture.js';
import { backboneNetwork, featureLength, featureMaps, headNetwork } from '#training/features/feature-network.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import type { TrainingEvent } from '#training/run/events.js';
import { loadRun } from '#training/run/state.js';
import { trainDetector } from '#training/train-detector.js';
import { trainedOf } from '#training/trained.js';
import { adopt } from '#training/transfer/adopt.js';
import type { FlatWeights } from '#training/transfer/flat-weights.js';
import { namedWeights } from '#training/transfer/named-weights.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';
import { headsOf, randomDetector, randomPictures, recipeOf, relativeDifference } from './support/random-detector.js';

async function outputsOf(
  network: Parameters<typeof compileForward>[0],
  input: { dims: number[]; type: 'uint8' | 'float32' },
  data: Uint8Array | Float32Array,
  whole: FlatWeights & { layout: Parameters<typeof namedWeights>[0] },
) {
  const layout = layoutOf(network, input);
  const empty = { parameters: new Float32Array(layout.parameterCount), states: new Float32Array(layout.stateCount) };
  const weights = adopt(layout, empty, namedWeights(whole.layout, whole));
  expect(weights.fresh).toEqual([]);
  const states = (['parameters', 'states'] as const).map((name) => ({
    name,
    type: 'float32' as const,
    dims: [weights[name].length],
  }));
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states });
  try {
    await runner.write(
      new Map([
        ['parameters', weights.parameters],
        ['states', weights.states],
      ]),
    );
    const model = encodeModel(compileForward(network, input, layout));
    await runner.add({ key: 'part', model, reads: { parameters: 'parameters', states: 'states' }, writes: {} });
    const { outputs } = await runner.run('part', [{ name: 'input', ...input, parts: [data.slice()] }]);
    return new Map([...outputs].map(([name, tensor]) => [name, tensor.data as Float32Array]));
  } finally {
    await runner.close();
  }
}

describe('a network cut behind its backbone', () => {
  it.each([[[16, 32]], [[8, 16, 32]]])('computes what the whole one does, with heads at %j', async (strides) => {
    const model = {
      size: 64,
      strides,
      anchors: [
        [8, 12],
        [16, 14],
        [20, 36],
        [40, 30],
        [36, 60],
        [62, 58],
        [9, 9],
        [30, 30],
        [60, 20],
      ].slice(0, 3 * strides.length),
    };
    const trained = strides.length === 2 ? randomDetector(97, ['a', 'b']) : undefined;
    const spec = specOf(recipeOf({ model }));
    const length = featureLength(featureMaps(spec, 64));
    expect(length).toBe(strides.length === 2 ? 128 * 16 + 256 * 4 : 64 * 64 + 128 * 16 + 256 * 4);
    if (trained === undefined) return;
    const whole = { ...trained.weights, layout: trained.layout };
    const pictures = randomPictures(98, 2);
    const features = await outputsOf(backboneNetwork(spec), { dims: [2, 3, 64, 64], type: 'uint8' }, pictures, whole);
    const { network } = headNetwork(spec, { classes: 2, anchors: 3, inputSize: 64 });
    const heads = await outputsOf(network, { dims: [2, length], type: 'float32' }, features.get('features')!, whole);
    expect(relativeDifference(await headsOf(trained, trained.weights, pictures), heads)).toBeLessThan(1e-5);
  });
});

describe.skipIf(!shared)('training on kept features', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-features-'));
    copyPictures(folder, 4);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const trainWith = async (more: object) => {
    const events: TrainingEvent[] = [];
    const recipe = recipeSchema.parse({
      kind: 'train',
      data: { folders: [join(folder, 'data')] },
      model: { size: 64, strides: [16, 32] },
      optimiser: { rate: 0.01, decay: 0 },
      batch: 2,
      epochs: 30,
      validation: { every: 30 },
      threads: 1,
      transfer: { freeze: ['backbone'], cacheFeatures: true },
      ...more,
    });
    const runFolder = join(folder, 'run');
    const tell = (event: TrainingEvent): void => void events.push(event);
    const result = await trainDetector({ recipe, runFolder, modelFolder: join(folder, 'model'), resume: true, tell });
    return { result, events, runFolder };
  };

  it('teaches neck and heads, leaves the backbone as it was, and exports the whole', async () => {
    const { result, events, runFolder } = await trainWith({});
    const saved = await loadRun(join(runFolder, 'last.ckpt'));
    const [first, last] = [saved.position.history[0]!, saved.position.history.at(-1)!];
    expect(last.losses.total!).toBeLessThan(0.7 * first.losses.total!);
    expect(result.card!.recipe!.parity).toMatchObject({ pictures: 4, unmatched: 0 });
    const { layout, weights } = trainedOf(saved);
    const [now, base] = [weights.parameters, saved.arrays.get('base')!];
    for (const { name, offset, size } of layout.parameters) {
      const same = Buffer.from(now.slice(offset, offset + size).buffer).equals(
        Buffer.from(base.slice(offset, offset + size).buffer),
      );
      expect(same, name).toBe(name.startsWith('backbone/'));
    }
    const { losses } = last;
    expect(Object.values(losses).every(Number.isFinite)).toBe(true);
    expect(events.find(({ kind }) => kind === 'started')).toMatchObject({
      notes: expect.arrayContaining([expect.stringContaining('frozen: backbone')]),
    });
    expect(statSync(join(runFolder, 'features/train.features')).size).toBe(4 * 4 * (128 * 16 + 256 * 4));
  });

  it('takes the features of the earlier sitting when it is resumed for longer', async () => {
    const file = join(folder, 'run/features/train.features');
    const before = { time: statSync(file).mtimeMs, key: readFileSync(`${file}.key`, 'utf8') };
    const { result } = await trainWith({ epochs: 32 });
    expect(result.run.position.steps).toBe(64);
    expect(statSync(file).mtimeMs).toBe(before.time);
    expect(readFileSync(`${file}.key`, 'utf8')).toBe(before.key);
  });

  it('wants the whole backbone frozen', async () => {
    rmSync(join(folder, 'run'), { recursive: true });
    const transfer = { freeze: ['backbone/stem'], cacheFeatures: true };
    await expect(trainWith({ transfer })).rejects.toThrow(/backbone\/stage4.* is not frozen/);
  });
});
