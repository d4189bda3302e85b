import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { dropoutMask } from '#autodiff/dropout.js';
import { GraphBuilder } from '#onnx/builder.js';
import { encodeModel } from '#onnx/encode.js';

const COUNT = 20_000;

async function masks(rate: number, seeds: readonly number[], stream = 0): Promise<Float32Array[]> {
  const g = new GraphBuilder('net');
  g.output('mask', dropoutMask(g, g.input('seed', [1], 'int64'), [COUNT], { rate, stream }));
  const session = await ort.InferenceSession.create(encodeModel(g.build()));
  const found: Float32Array[] = [];
  for (const seed of seeds) {
    const { mask } = await session.run({ seed: new ort.Tensor('int64', BigInt64Array.of(BigInt(seed)), [1]) });
    found.push(mask!.data as Float32Array);
  }
  await session.release();
  return found;
}

const kept = (mask: Float32Array) => mask.filter((value) => value > 0).length / mask.length;

/** Correlation of two masks of the same rate; its standard deviation for independent ones is 1 / sqrt(COUNT) = 0.007. */
function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  a.forEach((value, at) => {
    sum += (value - 1) * (b[at]! - 1);
  });
  const variance = kept(a) * (1 / kept(a) - 1) ** 2 + (1 - kept(a));
  return sum / COUNT / variance;
}

describe('the dropout mask', () => {
  it.each([0.1, 0.5, 0.9])('drops a share of %d and scales the rest, so that the mean stays', async (rate) => {
    const [mask] = await masks(rate, [3]);
    expect(Math.abs(kept(mask!) - (1 - rate))).toBeLessThan(0.015);
    expect([...new Set(mask)].sort()).toEqual([0, Math.fround(1 / (1 - rate))]);
  });

  it('drops nothing at rate 0', async () => {
    expect(kept((await masks(0, [3]))[0]!)).toBe(1);
  });

  it('is the same for the same seed, and independent for another seed, stream, or a shift', async () => {
    const [a, again, next] = await masks(0.5, [1000, 1000, 1001]);
    const [stream] = await masks(0.5, [1000], 1);
    expect(again).toEqual(a);
    for (const other of [next!, stream!]) expect(Math.abs(correlation(a!, other))).toBeLessThan(0.03);
    for (const shift of [1, 2, 16, 84, 128]) {
      const moved = Float32Array.from(a!, (_, at) => a![(at + shift) % COUNT]!);
      expect(Math.abs(correlation(a!, moved))).toBeLessThan(0.03);
    }
  });

  it('refuses a rate of 1', () => {
    const g = new GraphBuilder('net');
    expect(() => dropoutMask(g, g.input('seed', [1], 'int64'), [2], { rate: 1 })).toThrow(/rate in 0..1, got 1/);
  });
});
