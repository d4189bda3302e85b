import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dataset } from '#dataset/dataset.js';
import { initialParameters, initialStates } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import { exportDetector } from '#training/export/export-detector.js';
import { START, saveRun } from '#training/run/state.js';
import { adopt, foldedLayers } from '#training/transfer/adopt.js';
import { weightsOfModel } from '#training/transfer/named-weights.js';
import { refitNorms } from '#training/transfer/refit-norms.js';
import { startFrom } from '#training/transfer/start-from.js';
import {
  ANCHORS,
  headsOf,
  randomDetector,
  randomPictures,
  recipeOf,
  relativeDifference,
} from './support/random-detector.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-transfer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const labels = ['car', 'person'];
const old = randomDetector(91, labels);
const pictures = randomPictures(92, 2);
const freshOf = ({ layout }: typeof old) => ({
  parameters: initialParameters(layout, 7),
  states: initialStates(layout),
});
const none = { name: 'none', format: 'yolo', labels, samples: [], faults: [] } as Dataset;

describe('weights of an exported model', () => {
  const model = exportDetector(old).model;
  const named = weightsOfModel(model);

  it('are named after their layers, and give the same network back', async () => {
    const adopted = adopt(old.layout, freshOf(old), named);
    expect(adopted.fresh).toEqual([]);
    const [before, after] = [await headsOf(old, old.weights, pictures), await headsOf(old, adopted, pictures)];
    expect(relativeDifference(before, after)).toBeLessThan(1e-4);
  });

  it('stay the same network when the folded normalisations get their statistics back', async () => {
    const adopted = adopt(old.layout, freshOf(old), named);
    const layers = foldedLayers(old.layout, named);
    expect(layers.length).toBeGreaterThan(15);
    const { detector, layout } = old;
    const refitted = await refitNorms({ detector, layout, weights: adopted, layers, pictures, dims: [2, 3, 64, 64] });
    const [before, after] = [await headsOf(old, old.weights, pictures), await headsOf(old, refitted, pictures)];
    expect(relativeDifference(before, after)).toBeLessThan(1e-4);
    const variance = layout.states.find(({ name }) => name === 'backbone/stem/norm/variance')!;
    const measured = refitted.states.subarray(variance.offset, variance.offset + variance.size);
    expect(measured.some((value) => Math.abs(value - 1) > 0.01)).toBe(true);
  });

  it('leave a new class head fresh', () => {
    const other = randomDetector(93, ['car', 'person', 'dog']);
    const { taken, fresh } = adopt(other.layout, freshOf(other), named);
    expect(fresh).toEqual(['head16/raw/w', 'head16/raw/b', 'head32/raw/w', 'head32/raw/b']);
    expect(taken.length + fresh.length).toBe(other.layout.parameters.length);
  });
});

describe('a run that starts from a file', () => {
  const startOptions = (transfer: object) => {
    const recipe = recipeOf({ transfer });
    return { recipe, task: old.task, detector: old.detector, train: none };
  };

  it('takes the moving averages of a checkpoint', async () => {
    const path = join(folder, 'best.ckpt');
    const { parameters, states } = old.weights;
    const arrays = new Map([
      ['ema', parameters],
      ['ema-states', states],
    ]);
    await saveRun(path, {
      recipe: recipeOf(),
      labels,
      anchors: ANCHORS as never,
      dataSha256: '',
      position: START,
      arrays,
    });
    const { initial, notes } = await startFrom(startOptions({ from: path }));
    expect(initial!.get('parameters')).toEqual(parameters);
    expect(initial!.get('ema-states')).toEqual(states);
    expect([...initial!.keys()]).toEqual(old.task.states.map(({ name }) => name));
    expect(notes[0]).toMatch(/^(\d+) of \1 weights from/);
  });

  it('is refused where nothing fits, where the file is none, and where no layer is frozen', async () => {
    const stranger = join(folder, 'stranger.onnx');
    const { model } = exportDetector(old);
    const renamed = new Map([...model.graph.initialisers].map(([name, tensor]) => [`x${name}`, tensor]));
    const nodes = model.graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (renamed.has(`x${name}`) ? `x${name}` : name)),
    }));
    writeFileSync(stranger, encodeModel({ ...model, graph: { ...model.graph, nodes, initialisers: renamed } }));
    await expect(startFrom(startOptions({ from: stranger }))).rejects.toThrow(
      /no weight fits by name and shape; the file has x/,
    );
    await expect(startFrom(startOptions({ from: join(folder, 'none') }))).rejects.toMatchObject({ kind: 'model' });
    writeFileSync(join(folder, 'text'), 'hello');
    await expect(startFrom(startOptions({ from: join(folder, 'text') }))).rejects.toMatchObject({ kind: 'model' });
    await expect(startFrom(startOptions({ freeze: ['spine'] }))).rejects.toThrow(
      /--freeze spine: no layer begins so; there are backbone\/stem/,
    );
  });

  it('says what is frozen', async () => {
    const { initial, notes } = await startFrom(startOptions({ freeze: ['backbone'] }));
    expect(initial).toBeUndefined();
    expect(notes).toEqual([
      expect.stringMatching(/^frozen: backbone \(\d\.\d\d M parameters\): at random values, for there is no --from$/),
    ]);
  });
});
