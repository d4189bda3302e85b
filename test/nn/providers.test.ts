import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DetectorSpec, detector } from '#nn/detector.js';
import { initialParameters } from '#nn/layout.js';
import { detectionLoss } from '#nn/losses/detection.js';
import { compileGradients, type GradientPlan } from '#nn/step.js';
import { GRADIENT_CASES } from '../autodiff/gradient-cases.js';
import { emittedGradients, random, relativeError } from '../autodiff/numeric.js';
import { type Fed, Trainer } from './support.js';

/** The software Vulkan driver that comes with Chromium. */
const DRIVERS = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];
const driver = DRIVERS.find((path) => existsSync(path));
if (driver) Object.assign(process.env, { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver });

/** Channel counts are multiples of 4: the WebGPU provider of onnxruntime 1.30 computes a 3x3 convolution of 6 channels wrongly. */
const spec: DetectorSpec = {
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
      { stride: 8, channels: 8 },
      { stride: 4, channels: 8 },
    ],
  },
  strides: [4, 8],
};
const heads = [4, 8].map((stride) => ({
  output: `head${stride}`,
  anchors: [
    [1, 1.5],
    [2, 3],
  ] as const,
  positives: 3,
  balance: 1,
}));
const plan: GradientPlan = {
  network: detector(spec, { classes: 2, anchors: 2, inputSize: 32 }),
  input: { dims: [2, 3, 32, 32] },
  loss: detectionLoss({ heads, classes: 2, gains: { box: 0.05, objectness: 1, classes: 0.5 } }),
};

function feeds(targets: Readonly<Record<string, { dims: readonly number[]; type?: string }>>): Record<string, Fed> {
  const next = random(2);
  const fed = Object.entries(targets).map(([name, { dims, type }]): [string, Fed] => {
    const count = dims.reduce((a, b) => a * b, 1);
    if (type === 'int32') return [name, { type: 'int32', dims, data: Int32Array.of(7, 20, 0) }];
    return [name, { dims, data: Float32Array.from({ length: count }, () => 0.2 + next()) }];
  });
  return {
    input: { dims: plan.input.dims, data: Float32Array.from({ length: 6144 }, next) },
    ...Object.fromEntries(fed),
  };
}

/** Gradients of the toy detector on one provider. */
async function gradientsOn(provider: 'cpu' | 'webgpu'): Promise<Float32Array> {
  const compiled = compileGradients({ ...plan, target: provider });
  const trainer = await Trainer.start(compiled, 1, { executionProviders: [provider] });
  const flat = initialParameters(compiled.layout, 1);
  await trainer.run({ ...feeds(compiled.targets), parameters: { dims: [flat.length], data: flat } });
  const gradients = trainer.vectors.get('gradients')!;
  await trainer.close();
  return gradients;
}

describe.skipIf(!driver)('the WebGPU provider, on a software driver', () => {
  it('gives the gradients of the CPU, parameter by parameter', { timeout: 120_000 }, async () => {
    const [cpu, gpu] = [await gradientsOn('cpu'), await gradientsOn('webgpu')];
    const { layout } = compileGradients(plan);
    const errors = layout.parameters.map(({ name, offset, size }) => {
      const [found, expected] = [gpu, cpu].map((flat) => flat.slice(offset, offset + size)) as [
        Float32Array,
        Float32Array,
      ];
      const scale = Math.max(...expected.map(Math.abs));
      return {
        name,
        error: relativeError(
          found.map((value) => value / scale),
          expected.map((value) => value / scale),
        ),
      };
    });
    expect(errors.filter(({ error }) => !(error < 1e-4))).toEqual([]);
  });

  const risky = [
    'Conv, two groups',
    'Conv, dilated with stride',
    'MaxPool, 2x2',
    'MaxPool, 3x3 stride 2 padded',
    'ConvTranspose, 1D',
  ];
  const cases = GRADIENT_CASES.filter((it) => risky.includes(`${it.op}, ${it.why}`));
  it.each(cases.map((it) => [`${it.op}, ${it.why}`, it] as const))(
    'gives the gradients of the CPU: %s',
    async (_, it) => {
      const gpu = await emittedGradients(it, { target: 'webgpu' }, { executionProviders: ['webgpu'] });
      for (const [name, expected] of await emittedGradients(it)) {
        expect(relativeError(gpu.get(name)!, expected)).toBeLessThan(1e-4);
      }
    },
  );
});
