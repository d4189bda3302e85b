import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { foldBatchNorm } from '#onnx/passes/fold-batch-norm.js';
import { quantise, type Range, tensorsToObserve, withOutputs } from '#training/export/quantise.js';
import { RangeObserver } from '#training/export/ranges.js';
import { picture, smallNetwork } from './network.js';
import { runModel } from './onnx-run.js';

const random = new Random(51);
const network = smallNetwork(random);
const folded = { ...network, graph: foldBatchNorm(network.graph) };
const pictures = Array.from({ length: 6 }, () => picture(random));

function difference(a: Float32Array, b: Float32Array): { most: number; relative: number } {
  let most = 0;
  let squares = 0;
  let power = 0;
  a.forEach((value, n) => {
    most = Math.max(most, Math.abs(value - b[n]!));
    squares += (value - b[n]!) ** 2;
    power += value ** 2;
  });
  return { most, relative: Math.sqrt(squares / power) };
}

async function rangesOf(): Promise<Map<string, Range>> {
  const names = tensorsToObserve(folded.graph);
  const observers = new Map(names.map((name) => [name, new RangeObserver()]));
  const runs = await runModel(withOutputs(folded, names), pictures);
  for (const [n, run] of runs.entries()) run.set('x', pictures[n]!);
  for (const run of runs) for (const [name, observer] of observers) observer.widen(run.get(name)!);
  for (const run of runs) for (const [name, observer] of observers) observer.count(run.get(name)!);
  return new Map([...observers].map(([name, observer]) => [name, observer.bestRange()]));
}

describe('quantisation', () => {
  it('comes close to the float network, closer with 8-bit weights than with 7', async () => {
    const ranges = await rangesOf();
    const exact = await runModel(folded, pictures);
    const errors = await Promise.all(
      [false, true].map(async (reducedWeights) => {
        const runs = await runModel(quantise(folded, { ranges, reducedWeights }), pictures);
        return Math.max(...runs.map((run, n) => difference(exact[n]!.get('head')!, run.get('head')!).relative));
      }),
    );
    expect(errors[0]).toBeLessThan(0.03);
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[1]).toBeLessThan(0.05);
  });

  it('keeps the head in float and everything before it in integers', async () => {
    const { nodes, initialisers } = quantise(folded, { ranges: await rangesOf() }).graph;
    const head = nodes.find(({ outputs }) => outputs.includes('head'))!;
    expect(initialisers.get(head.inputs[1]!)!.type).toBe('float32');
    const int8 = [...initialisers].filter(
      ([name, { type, dims }]) => type === 'int8' && dims.length === 4 && name.endsWith('.w8'),
    );
    expect(int8).toHaveLength(4);
  });

  it('refuses when a range is missing', () => {
    expect(() => quantise(folded, { ranges: new Map() })).toThrow(RangeError);
  });
});

describe('the range of a tensor', () => {
  const rangeOf = (values: number[]): Range => {
    const observer = new RangeObserver();
    observer.widen(Float32Array.from(values));
    observer.count(Float32Array.from(values));
    return observer.bestRange();
  };

  it('always holds zero, and is empty for a tensor of zeros', () => {
    expect(rangeOf([3, 4, 5]).low).toBe(0);
    expect(rangeOf([-3, -4]).high).toBe(0);
    expect(rangeOf([0, 0])).toEqual({ low: 0, high: 0 });
    expect(rangeOf([])).toEqual({ low: 0, high: 0 });
  });

  it('gives up a lone outlier for finer steps of all others, and nothing of an even spread', () => {
    const normal = new Random(52);
    const crowd = Array.from({ length: 200_000 }, () => normal.normal());
    expect(rangeOf([...crowd, 40]).high).toBeLessThan(35);
    const even = Array.from({ length: 10_001 }, (_, n) => n / 10_000);
    expect(rangeOf(even).high).toBeCloseTo(1, 5);
  });
});
