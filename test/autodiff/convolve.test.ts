import ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { channelBlockOf, channelBlockProbe, convolve } from '#autodiff/convolve.js';
import { gradients } from '#autodiff/grad.js';
import { GraphBuilder } from '#onnx/builder.js';
import { encodeModel } from '#onnx/encode.js';
import type { AttributesOf } from '#onnx/ops.js';
import { elementCount } from '#onnx/tensor.js';
import { open, random, relativeError, sample } from './numeric.js';

/** Channels per block here; 0 where the CPU has none. */
let block = 0;

beforeAll(async () => {
  const session = await ort.InferenceSession.create(encodeModel(channelBlockProbe()), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new ort.Tensor('float32', new Float32Array(4), [1, 4, 1, 1]) });
  await session.release();
  block = channelBlockOf(y!.dims);
});

/** y, dx and dw of a convolution, and the operators that computed them. */
async function outcome(
  dims: readonly number[],
  weights: readonly number[],
  attributes: AttributesOf<'Conv'>,
  channelBlock: number,
) {
  const g = new GraphBuilder('net', { channelBlock });
  const [x, w] = [g.input('x', dims), g.input('w', weights)];
  const y = convolve(g, x, w, attributes);
  const loss = g.op.ReduceSum(g.op.Mul(y, y), undefined, { keepdims: 0 });
  const [dx, dw] = gradients(g, loss, [x, w]);
  g.output('y', y);
  g.output('dx', dx!);
  g.output('dw', dw!);
  const run = await open(g);
  const next = random(6);
  const results = await run({
    x: sample('normal', elementCount(dims), next),
    w: sample('normal', elementCount(weights), next),
  });
  await run.close();
  return { results, domains: new Set(g.graph().nodes.map(({ domain }) => domain)) };
}

const CASES: readonly (readonly [string, (b: number) => readonly [number[], number[]], AttributesOf<'Conv'>])[] = [
  [
    '3x3',
    (b) => [
      [2, b, 16, 16],
      [2 * b, b, 3, 3],
    ],
    { pads: [1, 1, 1, 1] },
  ],
  [
    '3x3 with stride 2',
    (b) => [
      [1, 2 * b, 32, 34],
      [b, 2 * b, 3, 3],
    ],
    { pads: [1, 1, 1, 1], strides: [2, 2] },
  ],
  [
    'of a picture',
    (b) => [
      [2, 3, 40, 32],
      [b, 3, 3, 3],
    ],
    { pads: [1, 1, 1, 1], strides: [2, 2] },
  ],
  [
    'dilated, padded unevenly',
    (b) => [
      [1, b, 20, 18],
      [b, b, 3, 2],
    ],
    { pads: [1, 0, 2, 1], dilations: [2, 1] },
  ],
];

describe('a convolution in blocks of channels', () => {
  it.each(CASES)('computes and differentiates like a plain one: %s', async (_, dims, attributes) => {
    const [x, w] = dims(block || 16);
    const [plain, blocked] = [await outcome(x, w, attributes, 0), await outcome(x, w, attributes, block)];
    expect(plain.domains.has('com.microsoft.nchwc')).toBe(false);
    expect(blocked.domains.has('com.microsoft.nchwc')).toBe(block > 0);
    for (const name of ['y', 'dx', 'dw']) {
      expect(relativeError(blocked.results[name]!, plain.results[name]!)).toBeLessThan(2e-6);
    }
  });

  it('is left plain where channels do not fill blocks, maps are small or kernels have one element', async () => {
    for (const [x, w] of [
      [
        [1, 16, 16, 16],
        [20, 16, 3, 3],
      ],
      [
        [1, 16, 8, 8],
        [16, 16, 3, 3],
      ],
      [
        [1, 16, 16, 16],
        [16, 16, 1, 1],
      ],
      [
        [1, 5, 16, 16],
        [16, 5, 3, 3],
      ],
    ] as const) {
      const g = new GraphBuilder('net', { channelBlock: 16 });
      convolve(g, g.input('x', x), g.input('w', w), {});
      expect(g.graph().nodes.map(({ op }) => op)).toEqual(['Conv']);
    }
  });

  it.each([
    [16, 16],
    [8, 8],
    [4, 0],
    [1, 0],
  ])('reads a probe of %d channels as blocks of %d', (channels, expected) => {
    expect(channelBlockOf([1, channels, 1, 1])).toBe(expected);
  });
});
