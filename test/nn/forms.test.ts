import { describe, expect, it } from 'vitest';
import { tiny } from '#nn/backbones/tiny.js';
import { detector } from '#nn/detector.js';
import { initialParameters } from '#nn/layout.js';
import { detectionLoss } from '#nn/losses/detection.js';
import { compileGradients } from '#nn/step.js';
import { channelBlock } from '#runtime/channel-block.js';
import { random, relativeError } from '../autodiff/numeric.js';
import { type Fed, Trainer } from './support.js';

const [SIDE, BATCH, CLASSES, POSITIVES] = [96, 2, 3, 12];
const ANCHORS = [
  [1.2, 1.5],
  [2.5, 3.5],
] as const;
const heads = tiny.strides.map((stride) => ({
  output: `head${stride}`,
  anchors: ANCHORS,
  positives: POSITIVES,
  balance: 1,
}));

/** SiLU has no kinks, at which rounding would choose between two slopes. */
function compiledFor(block: number) {
  const spec = { ...tiny, backbone: { ...tiny.backbone, activation: 'silu' as const } };
  return compileGradients({
    network: detector(spec, { classes: CLASSES, anchors: ANCHORS.length, inputSize: SIDE }),
    input: { dims: [BATCH, 3, SIDE, SIDE] },
    loss: detectionLoss({ heads, classes: CLASSES, gains: { box: 0.05, objectness: 1, classes: 0.5 } }),
    channelBlock: block,
  });
}

async function outcome(block: number) {
  const compiled = compiledFor(block);
  const next = random(4);
  // Away from their start, at which branches that begin as nothing have no gradient.
  const moved = (value: number) => value + 0.2 * (next() - 0.5);
  const feeds: Record<string, Fed> = {
    input: { dims: [BATCH, 3, SIDE, SIDE], data: Float32Array.from({ length: BATCH * 3 * SIDE * SIDE }, next) },
    parameters: { dims: [compiled.layout.parameterCount], data: initialParameters(compiled.layout, 3).map(moved) },
  };
  for (const [name, { dims, type = 'float32' }] of Object.entries(compiled.targets)) {
    const count = dims.reduce((a, b) => a * b, 1);
    const cells = compiled.targets[name.replace(/\/.*/, '/objectnessWeights')]!.dims[0]!;
    const value = (at: number) => (name.endsWith('/boxes') ? (at % 4 < 2 ? next() : 1 + 3 * next()) : 1);
    const data = Array.from({ length: count }, (_, at) => (type === 'int32' ? Math.floor(next() * cells) : value(at)));
    feeds[name] = { dims, type, data: type === 'int32' ? Int32Array.from(data) : data };
  }
  const trainer = await Trainer.start(compiled);
  const figures = await trainer.run(feeds);
  const gradients = trainer.vectors.get('gradients')!;
  await trainer.close();
  return { compiled, loss: figures.loss!, gradients };
}

describe('the forms that a CPU trains in fastest', () => {
  it('give the loss and the gradients of the plain ones', async () => {
    const plain = await outcome(0);
    const fast = await outcome((await channelBlock()) || 16);
    const ops = (of: typeof plain) => of.compiled.model.graph.nodes.filter(({ op }) => op === 'Conv').length;
    expect(ops(fast)).toBeLessThan(ops(plain));
    expect(Math.abs(fast.loss / plain.loss - 1)).toBeLessThan(1e-6);
    const errors = plain.compiled.layout.parameters.map(({ name, offset, size }) => {
      const expected = plain.gradients.slice(offset, offset + size);
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const relative = (values: Float32Array) => values.map((value) => value / scale);
      const found = fast.gradients.slice(offset, offset + size);
      return { name, error: relativeError(relative(found as Float32Array), relative(expected as Float32Array)) };
    });
    expect(errors.filter(({ error }) => !(error < 1e-4))).toEqual([]);
  });
});
