import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compact } from '#nn/backbones/compact.js';
import { small } from '#nn/backbones/small.js';
import { tiny } from '#nn/backbones/tiny.js';
import { courseCnn } from '#nn/classifiers/course-cnn.js';
import { type DetectorSpec, detector } from '#nn/detector.js';
import { inferenceModel } from '#nn/inference.js';
import { conv, convTranspose } from '#nn/layers/convolution.js';
import { pyramidPooling } from '#nn/layers/pyramid-pooling.js';
import { globalAverage, globalMax, inception, residual, sequential, upsample } from '#nn/layers/structure.js';
import { initialParameters, initialStates, layoutOf } from '#nn/layout.js';
import type { Module, Network } from '#nn/net.js';
import { table } from '#onnx/inspect/table.js';
import type { Model } from '#onnx/model.js';
import { random } from '../autodiff/numeric.js';
import { openModel } from './support.js';

function exported(network: Network, dims: readonly number[]): Model {
  const layout = layoutOf(network, { dims });
  const weights = { parameters: initialParameters(layout, 1), states: initialStates(layout) };
  return inferenceModel({ network, input: { dims }, layout, weights });
}

const only =
  (module: Module): Network =>
  (net, input) => ({ y: module(net, input) });

/** Shape of what a module makes of an input, and how many parameters it has. */
function outcome(module: Module, dims: readonly number[]) {
  const { rows, parameters } = table(exported(only(module), dims));
  return { dims: rows.filter(({ op }) => op !== 'Identity').at(-1)!.output, parameters };
}

describe('the CNN of the courses', () => {
  it('has the activation sizes and parameters that the courses print', () => {
    const { rows } = table(exported(courseCnn, [1, 3, 32, 32]));
    const layers = rows.filter(({ op }) => ['Input', 'Conv', 'MaxPool', 'Gemm'].includes(op));
    expect(layers.map(({ op, size, parameters }) => [op, size, parameters])).toEqual([
      ['Input', 3072, 0],
      ['Conv', 6272, 608],
      ['MaxPool', 1568, 0],
      ['Conv', 1600, 3216],
      ['MaxPool', 400, 0],
      ['Gemm', 120, 48120],
      ['Gemm', 84, 10164],
      ['Gemm', 10, 850],
    ]);
  });
});

const plain = { norm: false, activation: 'none' } as const;
const LAYERS: readonly { why: string; module: Module; input: number[]; dims: number[]; parameters: number }[] = [
  {
    why: 'same padding halves an odd map upwards',
    module: conv('c', 4, { ...plain, stride: 2 }),
    input: [1, 3, 7, 8],
    dims: [1, 4, 4, 4],
    parameters: 112,
  },
  {
    why: 'valid padding loses the border',
    module: conv('c', 4, { ...plain, kernel: 5, padding: 'valid' }),
    input: [1, 3, 8, 8],
    dims: [1, 4, 4, 4],
    parameters: 304,
  },
  {
    why: 'even kernels keep the size too',
    module: conv('c', 1, { ...plain, kernel: 4 }),
    input: [1, 1, 6, 6],
    dims: [1, 1, 6, 6],
    parameters: 17,
  },
  {
    why: 'explicit padding',
    module: conv('c', 1, { ...plain, padding: [0, 1, 2, 3] }),
    input: [1, 1, 6, 6],
    dims: [1, 1, 6, 8],
    parameters: 10,
  },
  {
    why: 'dilation',
    module: conv('c', 1, { ...plain, dilation: 3, padding: 'valid' }),
    input: [1, 1, 9, 9],
    dims: [1, 1, 3, 3],
    parameters: 10,
  },
  {
    why: 'groups',
    module: conv('c', 6, { ...plain, groups: 2 }),
    input: [1, 4, 5, 5],
    dims: [1, 6, 5, 5],
    parameters: 6 * 2 * 9 + 6,
  },
  {
    why: 'normalisation has a scale and a shift instead of a bias',
    module: conv('c', 4),
    input: [1, 3, 8, 8],
    dims: [1, 4, 8, 8],
    parameters: 108 + 8,
  },
  {
    why: 'one dimension',
    module: conv('c', 4, { ...plain, kernel: 3, stride: 2 }),
    input: [2, 3, 9],
    dims: [2, 4, 5],
    parameters: 40,
  },
  {
    why: 'three dimensions',
    module: conv('c', 2, { ...plain, stride: [1, 2, 2] }),
    input: [1, 1, 4, 6, 6],
    dims: [1, 2, 4, 3, 3],
    parameters: 56,
  },
  {
    why: 'a transposed convolution doubles the map',
    module: convTranspose('c', 2, plain),
    input: [1, 4, 3, 5],
    dims: [1, 2, 6, 10],
    parameters: 34,
  },
  { why: 'upsampling has no parameters', module: upsample(3), input: [1, 2, 2, 3], dims: [1, 2, 6, 9], parameters: 0 },
  {
    why: 'an identity shortcut',
    module: residual('r', conv('c', 3, plain)),
    input: [1, 3, 4, 4],
    dims: [1, 3, 4, 4],
    parameters: 84,
  },
  {
    why: 'a projection where the branch changes the shape',
    module: residual('r', conv('c', 4, { ...plain, stride: 2 })),
    input: [1, 3, 4, 4],
    dims: [1, 4, 2, 2],
    parameters: 112 + 12 + 8,
  },
  {
    why: 'an Inception module',
    module: inception('i', { one: 2, three: [2, 4], five: [1, 2], pool: 3 }, plain),
    input: [1, 3, 6, 6],
    dims: [1, 11, 6, 6],
    parameters: 8 + 8 + 76 + 4 + 52 + 12,
  },
  {
    why: 'pyramid pooling keeps the shape, also of maps smaller than its windows',
    module: pyramidPooling('p', { pools: 2 }),
    input: [1, 4, 3, 4],
    dims: [1, 4, 3, 4],
    parameters: 4 * 2 + 2 * 2 + 6 * 4 + 2 * 4,
  },
  {
    why: 'global pooling',
    module: sequential(conv('c', 5, plain), globalAverage),
    input: [2, 1, 4, 4],
    dims: [2, 5],
    parameters: 50,
  },
  {
    why: 'global maximum',
    module: sequential(conv('c', 5, plain), globalMax),
    input: [2, 1, 4],
    dims: [2, 5],
    parameters: 20,
  },
];

describe('layers', () => {
  it.each(LAYERS)('$why', ({ module, input, dims, parameters }) => {
    expect(outcome(module, input)).toEqual({ dims, parameters });
  });

  it('of one name share their parameters, and refuse another shape', () => {
    const layer = conv('c', 3, plain);
    expect(layoutOf(only(sequential(layer, layer)), { dims: [1, 3, 4, 4] }).parameters.map(({ name }) => name)).toEqual(
      ['c/w', 'c/b'],
    );
    expect(() => layoutOf(only(sequential(layer, conv('c', 4, plain))), { dims: [1, 3, 4, 4] })).toThrow(
      /"c\/w" was \[3,3,3,3\]/,
    );
  });
});

describe('detectors', () => {
  const task = { classes: 5, anchors: 3, inputSize: 256 };
  const sizes: readonly (readonly [DetectorSpec, number, number])[] = [
    [tiny, 1.43, 2],
    [compact, 1.9, 3],
    [small, 4.5, 3],
  ];
  it.each(sizes)('$name has the size and heads that its page says', (spec, millions, heads) => {
    const model = exported(detector(spec, task), [1, 3, 256, 256]);
    const { parameters } = table(model);
    expect(Math.abs(parameters / 1e6 - millions)).toBeLessThan(0.1);
    expect(model.graph.outputs.map(({ name, dims }) => [name, dims])).toEqual(
      spec.strides.map((stride) => [`head${stride}`, [1, 30, 256 / stride, 256 / stride]]),
    );
    expect(spec.strides).toHaveLength(heads);
  });

  it('are at first what they are without what starts as nothing', async () => {
    const { back: _, ...neck } = compact.neck;
    const { pools: __, ...plainBackbone } = compact.backbone;
    const dims = [1, 3, 64, 96];
    const next = random(2);
    const input = { dims, data: Float32Array.from({ length: 3 * 64 * 96 }, next) };
    const headsOf = async (spec: DetectorSpec) => {
      const model = await openModel(exported(detector(spec, task), dims));
      const heads = await model.run({ input });
      await model.close();
      return heads;
    };
    expect(await headsOf(compact)).toEqual(await headsOf({ ...compact, neck, backbone: plainBackbone }));
  });

  it('start from the belief that a picture holds about 8 objects', () => {
    const layout = layoutOf(detector(tiny, task), { dims: [1, 3, 256, 256] });
    const { offset } = layout.parameters.find(({ name }) => name === 'head16/raw/b')!;
    const bias = initialParameters(layout, 1).subarray(offset);
    expect(Array.from(bias.subarray(10, 14))).toEqual([0, 0, 0, 0]);
    expect(bias[14]).toBeCloseTo(Math.log(8 / 256), 5);
    expect(bias[15]).toBeCloseTo(Math.log(0.6 / (5 - 0.99)), 5);
  });
});

describe('initial parameters', () => {
  const layout = layoutOf(detector(tiny, { classes: 5, anchors: 3, inputSize: 256 }), { dims: [1, 3, 256, 256] });

  it('are the same for the same seed and others for another', () => {
    expect(isDeepStrictEqual(initialParameters(layout, 3), initialParameters(layout, 3))).toBe(true);
    expect(isDeepStrictEqual(initialParameters(layout, 4), initialParameters(layout, 3))).toBe(false);
  });

  it('do not depend on the layers around them', () => {
    const alone = layoutOf(only(conv('head16', 3)), { dims: [1, 3, 8, 8] });
    const beside = layoutOf(only(sequential(conv('other', 3), conv('head16', 3))), { dims: [1, 3, 8, 8] });
    const slot = beside.parameters.find(({ name }) => name === 'head16/w')!;
    expect(initialParameters(beside, 1).subarray(slot.offset, slot.offset + slot.size)).toEqual(
      initialParameters(alone, 1).subarray(0, 81),
    );
  });

  it('have the variance that He et al. ask for', () => {
    const slot = layout.parameters.find(({ name }) => name === 'backbone/stage32/down/w')!;
    const weights = initialParameters(layout, 1).subarray(slot.offset, slot.offset + slot.size);
    const variance = weights.reduce((sum, value) => sum + value * value, 0) / weights.length;
    expect(variance * 128 * 9).toBeCloseTo(2, 1);
  });
});
