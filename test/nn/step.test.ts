import { describe, expect, it } from 'vitest';
import { detector } from '#nn/detector.js';
import { compileForward, inferenceModel } from '#nn/inference.js';
import { conv } from '#nn/layers/convolution.js';
import { flatten, linear } from '#nn/layers/linear.js';
import { dropout, globalAverage, maxPool, residual, sequential } from '#nn/layers/structure.js';
import { initialParameters, initialStates, layoutOf } from '#nn/layout.js';
import { classificationLoss } from '#nn/losses/classification.js';
import { detectionLoss } from '#nn/losses/detection.js';
import type { Module, Network } from '#nn/net.js';
import { adam, sgd } from '#nn/optimisers/transforms.js';
import { compileGradients, compileStep, compileUpdate, type StepPlan } from '#nn/step.js';
import { foldBatchNorm } from '#onnx/passes/fold-batch-norm.js';
import { random } from '../autodiff/numeric.js';
import { type Fed, openModel, Trainer } from './support.js';

const BATCH = 8;
const body: Module = sequential(
  conv('c1', 8, { stride: 2, activation: 'silu' }),
  residual('r', sequential(conv('a', 4, { kernel: 1 }), conv('b', 8))),
  maxPool(),
  globalAverage,
);
const network: Network = (net, input) => ({ logits: linear('fc', 3)(net, body(net, input)) });
const plan: StepPlan = {
  network,
  input: { dims: [BATCH, 1, 12, 12] },
  loss: classificationLoss('logits'),
  optimiser: adam(),
};

/** Pictures of noise whose class is where a bright square lies. */
function batch(seed: number): Record<string, Fed> {
  const next = random(seed);
  const input = Float32Array.from({ length: BATCH * 144 }, () => 0.3 * next());
  const classes = new Float32Array(BATCH * 3);
  for (let picture = 0; picture < BATCH; picture++) {
    const label = picture % 3;
    classes[picture * 3 + label] = 1;
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 4; x++) input[picture * 144 + (y + 4 * label) * 12 + x + 4 * label] = 1;
  }
  return { input: { dims: plan.input.dims, data: input }, classes: { dims: [BATCH, 3], data: classes } };
}

async function train(compiled = compileStep(plan), count = 30): Promise<Trainer & { losses: number[] }> {
  const trainer = await Trainer.start(compiled);
  const losses: number[] = [];
  for (let step = 0; step < count; step++) losses.push((await trainer.run(batch(1), { emaDecay: 0.9 })).loss!);
  return Object.assign(trainer, { losses });
}

describe('a compiled step', () => {
  it('learns a handful of pictures by heart', async () => {
    const trainer = await train(undefined, 120);
    expect(trainer.losses[0]).toBeGreaterThan(0.9);
    expect(trainer.losses.at(-1)).toBeLessThan(0.02);
    await trainer.close();
  });

  it('gives the same numbers when it is repeated', async () => {
    const [a, b] = [await train(undefined, 5), await train(undefined, 5)];
    for (const [name, values] of a.vectors) expect(b.vectors.get(name)).toEqual(values);
    await Promise.all([a.close(), b.close()]);
  });

  it('is the same as gradients and update apart, in two halves of a batch without normalisation too', async () => {
    const bare: StepPlan = { ...plan, network: (net, x) => ({ logits: sequential(flatten, linear('fc', 3))(net, x) }) };
    const whole = await Trainer.start(compileStep(bare));
    await whole.run(batch(1), { emaDecay: 0.5 });
    const half: StepPlan = { ...bare, input: { dims: [BATCH / 2, 1, 12, 12] } };
    const gradients = await Trainer.start(compileGradients(half));
    const parameters = { dims: [whole.step.layout.parameterCount], data: initialParameters(whole.step.layout, 1) };
    const all = batch(1);
    for (const part of [0, 1]) {
      const cut = ({ dims, data }: Fed): Fed => ({
        dims: [BATCH / 2, ...dims.slice(1)],
        data: (data as Float32Array).slice((part * data.length) / 2, ((part + 1) * data.length) / 2),
      });
      await gradients.run({
        parameters,
        input: cut(all.input!),
        classes: cut(all.classes!),
        share: { dims: [1], data: [0.5] },
      });
    }
    const update = await Trainer.start(compileUpdate(bare));
    const summed = gradients.vectors.get('gradients')!;
    await update.run({ gradients: { dims: [summed.length], data: summed } }, { emaDecay: 0.5 });
    for (const name of ['parameters', 'ema']) {
      update.vectors.get(name)!.forEach((value, at) => {
        expect(Math.abs(value - whole.vectors.get(name)![at]!)).toBeLessThan(1e-5);
      });
    }
    await Promise.all([whole.close(), gradients.close(), update.close()]);
  });

  it('moves running statistics by momentum, with the unbiased variance', async () => {
    const only: StepPlan = { ...plan, momentum: 0.25, optimiser: sgd({ mu: 0 }) };
    const trainer = await Trainer.start(compileStep(only));
    const { layout } = trainer.step;
    await trainer.run(batch(1), { learningRate: 0 });
    const forward = await openModel(
      compileForward(
        (net, x) => ({
          y: net.in('c1', () =>
            net.g.op.Conv(x, net.parameter('w', { dims: [8, 1, 3, 3], initialise: () => {}, decay: true }), {
              strides: [2, 2],
              pads: [1, 1, 1, 1],
            }),
          ),
        }),
        plan.input,
        { ...layout, states: [], stateCount: 0 },
      ),
    );
    const parameters = { dims: [layout.parameterCount], data: initialParameters(layout, 1) };
    const { y } = await forward.run({ input: batch(1).input!, parameters });
    const first = (values: Float32Array) => values.filter((_, at) => Math.floor(at / 36) % 8 === 0);
    const own = first(y!);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1);
    const states = trainer.vectors.get('states')!;
    const offset = (name: string) => layout.states.find((slot) => slot.name === name)!.offset;
    expect(states[offset('c1/norm/mean')]).toBeCloseTo(0.25 * mean, 5);
    expect(states[offset('c1/norm/variance')]).toBeCloseTo(0.75 + 0.25 * variance, 5);
    await Promise.all([trainer.close(), forward.close()]);
  });

  it('keeps an average of the parameters and of the statistics', async () => {
    const trainer = await Trainer.start(compileStep(plan));
    const averages = new Map(['parameters', 'states'].map((name) => [name, Array.from(trainer.vectors.get(name)!)]));
    for (const decay of [0, 0.9, 0.5]) {
      await trainer.run(batch(1), { emaDecay: decay });
      for (const [name, average] of averages) {
        trainer.vectors.get(name)!.forEach((value, at) => {
          average[at] = decay * average[at]! + (1 - decay) * value;
        });
      }
    }
    const check = (name: string, average: number[]) =>
      trainer.vectors.get(name)!.forEach((value, at) => {
        expect(Math.abs(value - average[at]!)).toBeLessThan(1e-5);
      });
    check('ema', averages.get('parameters')!);
    check('ema-states', averages.get('states')!);
    await trainer.close();
  });

  it('leaves frozen layers and their statistics as they are, and learns the rest', async () => {
    const frozen = (name: string) => name.startsWith('c1/') || name.startsWith('r/');
    const trainer = await train(compileStep({ ...plan, frozen }), 10);
    const { layout } = trainer.step;
    const before = initialParameters(layout, 1);
    const after = trainer.vectors.get('parameters')!;
    for (const { name, offset, size } of layout.parameters) {
      const same = after.slice(offset, offset + size).every((value, at) => value === before[offset + at]);
      expect([name, same]).toEqual([name, frozen(name)]);
    }
    expect(trainer.vectors.get('states')).toEqual(initialStates(layout));
    await trainer.close();
  });

  it('divides uint8 pictures by 255', async () => {
    const bytes: StepPlan = { ...plan, input: { dims: plan.input.dims, type: 'uint8' } };
    const fed = batch(1);
    const data = Uint8Array.from(fed.input!.data as Float32Array, (value) => Math.round(value * 255));
    const trainer = await Trainer.start(compileStep(bytes));
    const float = await Trainer.start(compileStep(plan));
    const { loss } = await trainer.run({ ...fed, input: { type: 'uint8', dims: plan.input.dims, data } });
    const same = await float.run({
      ...fed,
      input: { dims: plan.input.dims, data: Float32Array.from(data, (value) => value / 255) },
    });
    expect(loss).toBeCloseTo(same.loss!, 5);
    await Promise.all([trainer.close(), float.close()]);
  });

  it('repeats the masks of dropout for the same seed, and has others for another', async () => {
    const dropping: StepPlan = {
      ...plan,
      network: (net, x) => ({ logits: sequential(flatten, dropout(0.5), linear('fc', 3))(net, x) }),
    };
    const compiled = compileStep(dropping);
    expect(compiled.seeded).toBe(true);
    expect(compileStep(plan).seeded).toBe(false);
    const lossFor = async (seed: number) => {
      const trainer = await Trainer.start(compiled);
      const { loss } = await trainer.run({
        ...batch(1),
        seed: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(seed)) },
      });
      await trainer.close();
      return loss!;
    };
    expect(await lossFor(1)).toBe(await lossFor(1));
    expect(await lossFor(1)).not.toBe(await lossFor(2));
  });
});

describe('a finished network', () => {
  it('computes what the fed one computes, with its normalisation folded too', async () => {
    const trainer = await train(undefined, 20);
    const { layout } = trainer.step;
    const weights = { parameters: trainer.vectors.get('parameters')!, states: trainer.vectors.get('states')! };
    const forward = await openModel(compileForward(network, plan.input, layout));
    const model = inferenceModel({ network, input: plan.input, layout, weights });
    const folded = { ...model, graph: foldBatchNorm(model.graph) };
    expect(model.graph.nodes.filter(({ op }) => op === 'BatchNormalization')).toHaveLength(3);
    expect(folded.graph.nodes.filter(({ op }) => op === 'BatchNormalization')).toHaveLength(0);
    const [plain, small] = [await openModel(model), await openModel(folded)];
    const input = batch(2).input!;
    const fed = {
      parameters: { dims: [layout.parameterCount], data: weights.parameters },
      states: { dims: [layout.stateCount], data: weights.states },
    };
    const expected = (await forward.run({ input, ...fed })).logits!;
    for (const opened of [plain, small]) {
      (await opened.run({ input })).logits!.forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4);
      });
    }
    await Promise.all([trainer, forward, plain, small].map((it) => it.close()));
  });
});

const spec = {
  name: 'toy',
  backbone: {
    activation: 'silu',
    stem: 8,
    stages: [
      { channels: 8, blocks: 1 },
      { channels: 16, blocks: 1 },
    ],
  },
  neck: {
    levels: [
      { stride: 8, channels: 16 },
      { stride: 4, channels: 16 },
    ],
  },
  strides: [4, 8],
} as const;

describe('a detector', () => {
  it('learns where a handful of boxes are', async () => {
    const anchors = [
      [1, 1],
      [2, 2],
    ] as const;
    const heads = [4, 8].map((stride) => ({ output: `head${stride}`, anchors, positives: 4, balance: 1 }));
    const loss = detectionLoss({ heads, classes: 2, gains: { box: 0.05, objectness: 1, classes: 0.5 } });
    const detecting: StepPlan = {
      network: detector(spec, { classes: 2, anchors: 2, inputSize: 32 }),
      input: { dims: [2, 3, 32, 32] },
      loss,
      optimiser: adam(),
    };
    const compiled = compileStep(detecting);
    const names = layoutOf(detecting.network, detecting.input).parameters.map(({ name }) => name);
    expect(compiled.layout.parameters.map(({ name }) => name)).toEqual(names);
    const next = random(4);
    const feeds: Record<string, Fed> = {
      input: { dims: [2, 3, 32, 32], data: Float32Array.from({ length: 6144 }, next) },
    };
    for (const [name, { dims, type = 'float32' }] of Object.entries(compiled.targets)) {
      const count = dims.reduce((a, b) => a * b, 1);
      const data = new Float32Array(count);
      if (name.endsWith('Weights')) data.fill(1);
      if (name.endsWith('valid')) data.set([1, 1, 0, 0]);
      if (name.endsWith('boxes')) data.set([0.3, 0.6, 1.2, 0.9, 0.7, 0.2, 2.5, 1.5, 0, 0, 1, 1, 0, 0, 1, 1]);
      if (name.endsWith('classes')) data.set([1, 0, 0, 1]);
      if (name.endsWith('classWeights')) data.fill(0, 4);
      feeds[name] = name.endsWith('cells') ? { type, dims, data: Int32Array.of(5, 20, 0, 0) } : { type, dims, data };
    }
    const trainer = await Trainer.start(compiled);
    const first = await trainer.run(feeds);
    let last = first;
    for (let step = 0; step < 240; step++) last = await trainer.run(feeds, { learningRate: step < 120 ? 0.01 : 0.001 });
    expect(first['loss/box']).toBeGreaterThan(0.03);
    expect(last['loss/box']).toBeLessThan(0.005);
    expect(last['loss/classes']).toBeLessThan(0.01);
    await trainer.close();
  });
});
