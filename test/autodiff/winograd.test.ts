import { describe, expect, it } from 'vitest';
import { gradients } from '#autodiff/grad.js';
import { winograd, winogradPays } from '#autodiff/winograd.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import { elementCount } from '#onnx/tensor.js';
import { open, random, relativeError, sample } from './numeric.js';

type Form = (g: GraphBuilder, x: Value, w: Value) => Value;

/** y, dx and dw of a convolution. */
async function outcome(dims: readonly number[], weights: readonly number[], form: Form) {
  const g = new GraphBuilder('net');
  const [x, w] = [g.input('x', dims), g.input('w', weights)];
  const y = form(g, x, w);
  const loss = g.op.ReduceSum(g.op.Mul(y, y), undefined, { keepdims: 0 });
  const [dx, dw] = gradients(g, loss, [x, w]);
  for (const [name, value] of Object.entries({ y, dx: dx!, dw: dw! })) g.output(name, value);
  const run = await open(g);
  const next = random(9);
  const results = await run({
    x: sample('normal', elementCount(dims), next),
    w: sample('normal', elementCount(weights), next),
  });
  await run.close();
  return results;
}

describe('a convolution in tiles', () => {
  it.each([
    ['a deep small map', [2, 64, 16, 16], 48, [1, 1, 1, 1]],
    ['sides that are no multiples of 4', [3, 32, 10, 7], 40, [1, 1, 1, 1]],
    ['no padding', [1, 16, 9, 12], 8, [0, 0, 0, 0]],
    ['uneven padding', [2, 8, 6, 5], 3, [2, 1, 0, 2]],
    ['one pixel', [2, 8, 1, 1], 5, [1, 1, 1, 1]],
    ['one channel, one kernel', [1, 1, 13, 13], 1, [1, 1, 1, 1]],
  ] as const)('computes and differentiates like a plain one: %s', async (_, dims, kernels, pads) => {
    const weights = [kernels, dims[1], 3, 3];
    const plain = await outcome(dims, weights, (g, x, w) => g.op.Conv(x, w, { pads }));
    const tiled = await outcome(dims, weights, (g, x, w) => winograd(g, x, w, pads));
    for (const name of ['y', 'dx', 'dw']) {
      expect([name, relativeError(tiled[name]!, plain[name]!) < 2e-5]).toEqual([name, true]);
    }
  });

  const plain = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], group: 1 };
  it.each([
    ['many channels of a small map', [8, 256, 16, 16], [128, 256, 3, 3], plain, true],
    ['few channels of a large map', [8, 16, 64, 64], [32, 16, 3, 3], plain, false],
    ['strides', [8, 256, 16, 16], [128, 256, 3, 3], { ...plain, strides: [2, 2] }, false],
    ['dilation', [8, 256, 16, 16], [128, 256, 3, 3], { ...plain, dilations: [2, 2] }, false],
    ['groups', [8, 256, 16, 16], [128, 128, 3, 3], { ...plain, group: 2 }, false],
    ['another kernel', [8, 256, 16, 16], [128, 256, 1, 1], { ...plain, pads: [0, 0, 0, 0] }, false],
    ['wide padding', [8, 256, 16, 16], [128, 256, 3, 3], { ...plain, pads: [3, 3, 3, 3] }, false],
    ['one axis', [8, 256, 16], [128, 256, 3], { ...plain, strides: [1], dilations: [1], pads: [1, 1] }, false],
  ] as const)('is chosen or not for %s', (_, dims, weights, options, expected) => {
    const g = new GraphBuilder('net');
    expect(winogradPays(g.input('x', dims), g.input('w', weights), options)).toBe(expected);
  });
});
