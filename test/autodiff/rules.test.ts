import { describe, expect, it } from 'vitest';
import { gradients } from '#autodiff/grad.js';
import { RULES } from '#autodiff/rules.js';
import { GraphBuilder } from '#onnx/builder.js';
import { GRADIENT_CASES } from './gradient-cases.js';
import { emittedGradients, numericGradients, open, relativeError } from './numeric.js';

const named = GRADIENT_CASES.map((it) => [`${it.op}${it.why ? `, ${it.why}` : ''}`, it] as const);

describe('every gradient rule', () => {
  it.each(named)('agrees with central differences: %s', async (_, it) => {
    const emitted = await emittedGradients(it);
    for (const [name, expected] of await numericGradients(it)) {
      expect(relativeError(emitted.get(name)!, expected)).toBeLessThan(1e-3);
    }
  });

  const differing = named.filter(([, it]) => it.op.startsWith('Conv') || it.op === 'MaxPool');
  it.each(differing)('gives the same in the forms for WebGPU: %s', async (_, it) => {
    const [cpu, gpu] = [await emittedGradients(it), await emittedGradients(it, { target: 'webgpu' })];
    for (const [name, expected] of cpu) expect(relativeError(gpu.get(name)!, expected)).toBeLessThan(1e-5);
  });

  it('has a case', () => {
    const covered = new Set(GRADIENT_CASES.map(({ op }) => op));
    const differentiable = Object.keys(RULES).filter((op) => typeof RULES[op] === 'function');
    expect(differentiable.filter((op) => !covered.has(op))).toEqual([]);
  });
});

/** Runs a graph of one input `x` and gives the output `d`. */
async function derivative(
  dims: readonly number[],
  data: number[],
  build: (g: GraphBuilder) => void,
): Promise<number[]> {
  const g = new GraphBuilder('net');
  g.input('x', dims);
  build(g);
  const run = await open(g);
  const { d } = await run({ x: Float32Array.from(data) });
  await run.close();
  return Array.from(d!);
}

describe('gradients', () => {
  it('add up where a value is used more than once', async () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2]);
    const y = g.op.Mul(x, g.op.Add(x, x));
    g.output('d', gradients(g, g.op.ReduceSum(y, undefined, { keepdims: 0 }), [x])[0]!);
    const run = await open(g);
    expect(Array.from((await run({ x: Float32Array.of(3, -2) })).d!)).toEqual([12, -8]);
    await run.close();
  });

  it('are zeros where nothing depends on a value, or only through a step function', async () => {
    const g = new GraphBuilder('net');
    const [x, other] = [g.input('x', [2]), g.input('other', [3])];
    const loss = g.op.ReduceSum(g.op.Floor(x), undefined, { keepdims: 0 });
    const [dx, dOther] = gradients(g, loss, [x, other]);
    g.output('dx', dx!);
    g.output('dOther', dOther!);
    expect([dx!.dims, dOther!.dims]).toEqual([[2], [3]]);
    const run = await open(g);
    const feeds = { x: Float32Array.of(0.3, 1.7), other: new Float32Array(3) };
    expect(await run(feeds)).toEqual({
      dx: new Float32Array(2),
      dOther: new Float32Array(3),
    });
    await run.close();
  });

  it('emit nothing for what nobody asks', () => {
    const g = new GraphBuilder('net');
    const [x, w] = [g.input('x', [1, 3, 8, 8]), g.input('w', [4, 3, 3, 3])];
    const y = g.op.Conv(x, w);
    const loss = g.op.ReduceSum(y, undefined, { keepdims: 0 });
    gradients(g, loss, [w]);
    expect(g.graph().nodes.map(({ op }) => op)).not.toContain('ConvTranspose');
  });

  it('of equal maxima are shared evenly', async () => {
    const dx = await derivative([4], [1, 3, 3, 2], (g) => {
      const x = { name: 'x', type: 'float32', dims: [4] } as const;
      g.output('d', gradients(g, g.op.ReduceMax(x, undefined, { keepdims: 0 }), [x])[0]!);
    });
    expect(dx).toEqual([0, 0.5, 0.5, 0]);
  });

  it('of a maximum pooling over equal elements go to the first', async () => {
    const dx = await derivative([1, 1, 2, 2], [5, 5, 5, 5], (g) => {
      const x = { name: 'x', type: 'float32', dims: [1, 1, 2, 2] } as const;
      const y = g.op.MaxPool(x, { kernel_shape: [2, 2], strides: [2, 2] });
      g.output('d', gradients(g, g.op.ReduceSum(y, undefined, { keepdims: 0 }), [x])[0]!);
    });
    expect(dx).toEqual([1, 0, 0, 0]);
  });

  it('refuse a loss of several numbers, and a way through an operator of the backward pass', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2, 2]);
    expect(() => gradients(g, x, [x])).toThrow(/one number, got \[2,2\]/);
    const y = g.op.FusedMatMul(x, x, { transA: 1 });
    expect(() => gradients(g, g.op.ReduceSum(y, undefined, { keepdims: 0 }), [x])).toThrow(
      /FusedMatMul .* has no gradient/,
    );
  });
});
