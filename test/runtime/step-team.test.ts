import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { encodeModel } from '#onnx/encode.js';
import { modelOf, node } from '#onnx/model.js';
import { StepTeam } from '#runtime/step-team.js';

/** w' = w + x. */
const step = encodeModel(
  modelOf({
    name: 'step',
    nodes: [node('Add', ['w', 'x'], ['w_next'])],
    inputs: ['w', 'x'].map((name) => ({ name, type: 'float32', dims: [3] })),
    outputs: [{ name: 'w_next', type: 'float32', dims: [3] }],
    initialisers: new Map(),
    values: [],
  }),
);

let team: StepTeam;
afterEach(() => team.close());

async function open(members: number): Promise<void> {
  team = await StepTeam.open({
    session: { provider: 'cpu', threads: members },
    states: ['weights', 'other'].map((name) => ({ name, type: 'float32', dims: [3] })),
    members,
    common: ['weights'],
  });
  await team.add({ key: 'step', model: step, reads: { w: 'weights' }, writes: { w_next: 'weights' } });
}

function feed(...values: number[]) {
  return [{ name: 'x', type: 'float32', dims: [3], parts: [Float32Array.from(values)] }] as const;
}

const weights = async (): Promise<number[]> =>
  Array.from((await team.read(['weights'])).get('weights') as Float32Array);

describe('a team of step runners', () => {
  it('runs each member on its own feeds, and combines what they hold', async () => {
    await open(3);
    await team.write(new Map([['weights', Float32Array.of(1, 1, 1)]]));
    await team.run('step', [feed(1, 2, 3), feed(10, 20, 30), feed(100, 200, 300)]);
    expect(await weights()).toEqual([2, 3, 4]);
    await team.combine({ weights: 'sum' });
    expect(await weights()).toEqual([114, 225, 336]);
    // Every member now holds the sum: their mean is the sum again.
    await team.combine({ weights: 'mean' });
    expect(await weights()).toEqual([114, 225, 336]);
  });

  it('gives every member the same bits', async () => {
    await open(2);
    const random = new Random(5);
    const some = () => feed(random.normal() * 1e-3, random.normal(), random.normal() * 1e6);
    await team.run('step', [some(), some()]);
    await team.combine({ weights: 'sum' });
    const first = await weights();
    // 2 w / 2 is exact only where both members add the same w.
    await team.combine({ weights: 'mean' });
    expect(await weights()).toEqual(first);
  });

  it('takes the last run of every member back', async () => {
    await open(2);
    await team.run('step', [feed(1, 2, 3), feed(10, 20, 30)]);
    await team.run('step', [feed(Number.NaN, 0, 0), feed(0, Number.NaN, 0)]);
    await team.undo();
    await team.combine({ weights: 'sum' });
    expect(await weights()).toEqual([11, 22, 33]);
  });

  it('of one has nothing to combine', async () => {
    await open(1);
    await team.run('step', [feed(1, 2, 3)]);
    await team.combine({ weights: 'sum' });
    expect(await weights()).toEqual([1, 2, 3]);
  });

  it('says what is wrong', async () => {
    await open(2);
    await expect(async () => team.run('step', [feed(1, 2, 3)])).rejects.toThrow(/feeds for 2 members, got 1/);
    await expect(team.combine({ other: 'sum' })).rejects.toThrow(/no state named other/);
  });
});
