import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DetectorSpec, detector } from '#nn/detector.js';
import { initialParameters, type Layout } from '#nn/layout.js';
import { detectionLoss } from '#nn/losses/detection.js';
import { compileGradients, type GradientPlan } from '#nn/step.js';
import { random, relativeError } from '../autodiff/numeric.js';
import { type Fed, Trainer } from './support.js';

const spec: DetectorSpec = {
  name: 'toy',
  backbone: {
    activation: 'silu',
    stem: 8,
    stages: [
      { channels: 8, blocks: 1 },
      { channels: 16, blocks: 2 },
    ],
    pools: 2,
  },
  neck: {
    levels: [
      { stride: 8, channels: 12 },
      { stride: 4, channels: 12 },
    ],
    back: true,
  },
  strides: [4, 8],
  hidden: { 8: 10 },
};
const ANCHORS = [
  [1, 1.5],
  [2, 1.2],
  [2.5, 3],
] as const;
const GAINS = { box: 0.05, objectness: 1, classes: 0.5, landmarks: 0.3 };
const [CLASSES, LANDMARKS, POSITIVES] = [3, 2, 6];
const heads = spec.strides.map((stride) => ({
  output: `head${stride}`,
  anchors: ANCHORS,
  positives: POSITIVES,
  balance: stride === 4 ? 1.5 : 0.4,
}));
const plan: GradientPlan = {
  network: detector(spec, { classes: CLASSES, anchors: 3, landmarks: LANDMARKS, inputSize: 32 }),
  input: { dims: [2, 3, 32, 48] },
  loss: detectionLoss({ heads, classes: CLASSES, landmarks: LANDMARKS, gains: GAINS }),
  momentum: 1,
};
const compiled = compileGradients(plan);

/** Seeded pictures and targets; two rows share a cell and the last row is unused. */
function feeds(): Record<string, Fed> {
  const next = random(21);
  const fill = (count: number, make: (at: number) => number) =>
    Array.from({ length: count }, (_, at) => Math.fround(make(at)));
  const all: Record<string, Fed> = { input: { dims: plan.input.dims, data: fill(2 * 3 * 32 * 48, next) } };
  for (const [name, { dims, type = 'float32' }] of Object.entries(compiled.targets)) {
    const count = dims.reduce((a, b) => a * b, 1);
    const perRow = count / POSITIVES;
    const used = (at: number) => (at < count - perRow ? 1 : 0);
    const cells = compiled.targets[name.replace(/\/.*/, '/objectnessWeights')]!.dims[0]!;
    const make: Record<string, (at: number) => number> = {
      cells: (at) => (used(at) ? Math.floor(next() * cells) : 0),
      valid: used,
      boxes: (at) => (used(at) ? (at % 4 < 2 ? next() : 0.5 + 2.5 * next()) : at % 4 < 2 ? 0 : 1),
      objectnessWeights: () => (next() < 0.1 ? 0 : 1),
      classes: (at) => (used(at) ? next() : 0),
      classWeights: (at) => (used(at) && next() < 0.8 ? 1 : 0),
      landmarks: () => 2 * next() - 0.5,
      landmarkWeights: (at) => (used(at) && next() < 0.7 ? 1 : 0),
    };
    const data = fill(count, make[name.slice(name.indexOf('/') + 1)]!);
    if (name.endsWith('/cells')) data[1] = data[0]!;
    all[name] = { dims, type, data: type === 'int32' ? Int32Array.from(data) : data };
  }
  return all;
}

interface Reference {
  readonly torch: string;
  readonly loss: number;
  readonly parts: Record<string, number>;
  readonly gradients: Record<string, number[]>;
  readonly statistics: Record<string, number[]>;
}

/** Parameters away from their start, so that biases and normalisation matter; float32 numbers. */
function parametersFor(layout: Layout): Float32Array {
  const next = random(8);
  return initialParameters(layout, 5).map((value) => value + 0.2 * (next() - 0.5));
}

const FILE = new URL('./reference/detector.json', import.meta.url);

function update(): void {
  const flat = parametersFor(compiled.layout);
  const parameters = compiled.layout.parameters.map(({ name, dims, offset, size }) => ({
    name,
    dims,
    values: Array.from(flat.subarray(offset, offset + size)),
  }));
  const fed = Object.fromEntries(
    Object.entries(feeds()).map(([name, { dims, data }]) => [name, { dims, data: Array.from(data as Float32Array) }]),
  );
  const balance = Object.fromEntries(heads.map((head) => [head.output, head.balance]));
  const job = {
    parameters,
    feeds: fed,
    classes: CLASSES,
    landmarks: LANDMARKS,
    anchors: ANCHORS,
    gains: GAINS,
    balance,
  };
  const script = new URL('./reference/detector.py', import.meta.url).pathname;
  const result = JSON.parse(
    execFileSync('/usr/bin/python3', [script], { input: JSON.stringify(job), encoding: 'utf8', maxBuffer: 1e9 }),
  ) as Reference;
  const rounded = JSON.stringify(result, (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  );
  writeFileSync(FILE, `${rounded}\n`);
}

describe('a whole network', () => {
  it('has the loss, gradients and batch statistics that PyTorch computes in double precision', async () => {
    if (process.env.UPDATE_REFERENCE) update();
    const reference = JSON.parse(readFileSync(FILE, 'utf8')) as Reference;
    const trainer = await Trainer.start(compiled);
    const flat = parametersFor(compiled.layout);
    const figures = await trainer.run({ ...feeds(), parameters: { dims: [flat.length], data: flat } });
    expect(Math.abs(figures.loss! / reference.loss - 1)).toBeLessThan(1e-6);
    for (const [name, value] of Object.entries(reference.parts)) expect(figures[`loss/${name}`]).toBeCloseTo(value, 6);
    const gradients = trainer.vectors.get('gradients')!;
    const errors = compiled.layout.parameters.map(({ name, offset, size }) => {
      const expected = reference.gradients[name]!;
      const scale = Math.max(...expected.map(Math.abs));
      return {
        name,
        error: relativeError(
          gradients.slice(offset, offset + size).map((value) => value / scale),
          expected.map((value) => value / scale),
        ),
      };
    });
    expect(errors.filter(({ error }) => !(error < 2e-5))).toEqual([]);
    const states = trainer.vectors.get('states')!;
    for (const { name, offset, size } of compiled.layout.states) {
      expect([name, relativeError(states.slice(offset, offset + size), reference.statistics[name]!) < 1e-5]).toEqual([
        name,
        true,
      ]);
    }
    await trainer.close();
  });
});
