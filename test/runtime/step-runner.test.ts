import { afterEach, describe, expect, it } from 'vitest';
import { encodeModel } from '#onnx/encode.js';
import { modelOf, node } from '#onnx/model.js';
import { StepRunner } from '#runtime/step-runner.js';

/** w' = w + x, half = x * w; what a training step is, without the learning. */
const step = encodeModel(
  modelOf({
    name: 'step',
    nodes: [node('Add', ['w', 'x'], ['w_next']), node('Mul', ['w', 'x'], ['product'])],
    inputs: ['w', 'x'].map((name) => ({ name, type: 'float32', dims: [3] })),
    outputs: ['w_next', 'product'].map((name) => ({ name, type: 'float32', dims: [3] })),
    initialisers: new Map(),
    values: [],
  }),
);
const look = encodeModel(
  modelOf({
    name: 'look',
    nodes: [node('Neg', ['w'], ['negative'])],
    inputs: [{ name: 'w', type: 'float32', dims: [3] }],
    outputs: [{ name: 'negative', type: 'float32', dims: [3] }],
    initialisers: new Map(),
    values: [],
  }),
);

let runner: StepRunner;
afterEach(() => runner.close());

async function open(): Promise<void> {
  runner = await StepRunner.open({
    session: { provider: 'cpu', threads: 1 },
    states: [{ name: 'weights', type: 'float32', dims: [3] }],
  });
  await runner.add({ key: 'step', model: step, reads: { w: 'weights' }, writes: { w_next: 'weights' } });
  await runner.add({ key: 'look', model: look, reads: { w: 'weights' }, writes: {} });
}

function feed(...values: number[]) {
  return [{ name: 'x', type: 'float32', dims: [3], parts: [Float32Array.from(values)] }] as const;
}

const weights = async (): Promise<number[]> =>
  Array.from((await runner.read(['weights'])).get('weights') as Float32Array);

describe('a step runner', () => {
  it('keeps what graphs write and shows it to all of them', async () => {
    await open();
    const first = await runner.run('step', feed(1, 2, 3));
    expect([...first.outputs.keys()]).toEqual(['product']);
    expect(Array.from(first.outputs.get('product')!.data as Float32Array)).toEqual([0, 0, 0]);
    const second = await runner.run('step', feed(1, 1, 1));
    expect(Array.from(second.outputs.get('product')!.data as Float32Array)).toEqual([1, 2, 3]);
    expect(await weights()).toEqual([2, 3, 4]);
    const { outputs } = await runner.run('look', []);
    expect(Array.from(outputs.get('negative')!.data as Float32Array)).toEqual([-2, -3, -4]);
  });

  it('gives the fed buffers back', async () => {
    await open();
    const fed = feed(1, 2, 3);
    const { feeds } = await runner.run('step', fed);
    expect(fed[0].parts[0]!.length).toBe(0);
    expect(Array.from(feeds[0]!.parts[0] as Float32Array)).toEqual([1, 2, 3]);
  });

  it('takes back the last run, once', async () => {
    await open();
    await runner.run('step', feed(1, 2, 3));
    await runner.run('step', feed(Number.NaN, 0, 0));
    await runner.undo();
    expect(await weights()).toEqual([1, 2, 3]);
    await runner.undo();
    expect(await weights()).toEqual([1, 2, 3]);
  });

  it('reads copies and writes what it is given', async () => {
    await open();
    const mine = Float32Array.of(7, 8, 9);
    await runner.write(new Map([['weights', mine]]));
    mine.fill(0);
    const copy = (await runner.read(['weights'])).get('weights') as Float32Array;
    copy.fill(0);
    expect(await weights()).toEqual([7, 8, 9]);
  });

  it('drops a graph and keeps the state', async () => {
    await open();
    await runner.run('step', feed(1, 2, 3));
    await runner.drop('step');
    await runner.drop('step');
    await expect(runner.run('step', feed(1, 2, 3))).rejects.toThrow(/no graph step/);
    const { outputs } = await runner.run('look', []);
    expect(Array.from(outputs.get('negative')!.data as Float32Array)).toEqual([-1, -2, -3]);
  });

  it('says what is wrong and goes on', async () => {
    await open();
    await expect(runner.run('none', [])).rejects.toThrow(/no graph none/);
    await expect(runner.write(new Map([['weights', new Float32Array(2)]]))).rejects.toThrow(/3 elements, got 2/);
    await expect(runner.read(['bias'])).rejects.toThrow(/no state named bias/);
    await expect(runner.add({ key: 'bad', model: new Uint8Array(9), reads: {}, writes: {} })).rejects.toMatchObject({
      kind: 'model',
    });
    await runner.run('step', feed(1, 2, 3));
    expect(await weights()).toEqual([1, 2, 3]);
  });
});
