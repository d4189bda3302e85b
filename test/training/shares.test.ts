import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { type Batch, packObjects, unpackObjects } from '#dataset/batch.js';
import { StepTeam } from '#runtime/step-team.js';
import { detectorOf } from '#training/detector/architecture.js';
import { DetectorTask } from '#training/detector/detector-task.js';
import { membersOf, sharesOf } from '#training/run/shares.js';
import { runBatch, runUpdate } from '#training/run/team-step.js';
import { ANCHORS, randomPictures, recipeOf } from './support/random-detector.js';

const LABELS = ['a', 'b'];

function randomBatch(seed: number, pictures: number): Batch {
  const random = new Random(seed);
  const boxes = Array.from({ length: pictures }, (_, n) =>
    Array.from({ length: n % 3 }, () => {
      const [x, y] = [random.between(0, 30), random.between(0, 30)];
      const box = [x, y, x + random.between(8, 30), y + random.between(8, 30)] as const;
      return { box, classId: random.below(2), landmarks: [[x, y, 2] as const] };
    }),
  );
  return {
    epoch: 0,
    step: 0,
    size: { width: 64, height: 64 },
    pictures: new Uint8Array(randomPictures(seed, pictures)),
    count: pictures,
    objects: packObjects(boxes, 1),
    labelled: Uint8Array.from({ length: pictures * LABELS.length }, () => random.below(2)),
    sources: Array.from({ length: pictures }, (_, n) => [n]),
    faults: [],
  };
}

describe('the members of a team', () => {
  it.each([
    ['one per thread', { batch: 16 }, 2, 2],
    ['no more than there are threads', { batch: 64 }, 2, 2],
    ['each with 8 pictures at least', { batch: 16 }, 4, 2],
    ['one for a batch that is too small', { batch: 15 }, 4, 1],
    ['as many as share it evenly', { batch: 25 }, 3, 1],
    ['as many as share it evenly', { batch: 26 }, 3, 2],
    ['one for a single thread', { batch: 64 }, 1, 1],
    ['one for a single picture', { batch: 1 }, 8, 1],
    ['one where batches accumulate', { batch: 16, optimiser: { accumulate: 2 } }, 2, 1],
    ['one beside a GPU', { batch: 16, device: 'webgpu' }, 2, 1],
  ])('%s', (_, recipe, threads, members) => {
    expect(membersOf(recipeOf(recipe), threads)).toBe(members);
  });
});

describe('shares of a batch', () => {
  it('are its pictures in order, each with its objects', () => {
    const whole = { ...randomBatch(3, 12), count: 7 };
    const shares = sharesOf(whole, 12, 3);
    expect(shares.map(({ count }) => count)).toEqual([4, 3, 0]);
    expect(Buffer.concat(shares.map(({ pictures }) => pictures)).equals(whole.pictures)).toBe(true);
    expect(Buffer.concat(shares.map(({ labelled }) => labelled)).equals(whole.labelled)).toBe(true);
    expect(shares.flatMap(({ sources }) => sources)).toEqual(whole.sources);
    for (let n = 0; n < 12; n++) {
      expect(unpackObjects(shares[Math.floor(n / 4)]!, n % 4)).toEqual(unpackObjects(whole, n));
    }
  });

  it('of a batch without objects have none', () => {
    const none = { ...randomBatch(3, 4), objects: packObjects([[], [], [], []], 0) };
    for (const share of sharesOf(none, 4, 2)) expect(share.objects.picture.length).toBe(0);
  });

  it('is the batch itself where there is one', () => {
    const whole = randomBatch(4, 2);
    expect(sharesOf(whole, 2, 1)[0]).toBe(whole);
  });
});

let team: StepTeam | undefined;
afterEach(() => team?.close());

/** The state behind some steps of 16 pictures. */
async function trained(options: { batch: number; members: number; accumulate: number; rate: number }) {
  const { batch, members, accumulate, rate } = options;
  const optimiser = { kind: 'sgd', momentum: 0.9, decay: 0, accumulate, clip: null };
  const recipe = recipeOf({ batch, optimiser });
  const detector = detectorOf(recipe, LABELS.length, { byHead: ANCHORS });
  const task = new DetectorTask({ recipe, labels: LABELS, anchors: ANCHORS, detector, members, objectsPerPicture: 2 });
  const { update } = task;
  team = await StepTeam.open({
    session: { provider: 'cpu', threads: members, optimisation: 'basic' },
    states: [...task.states, ...task.passing],
    members,
    common: task.common,
  });
  await team.write(task.initialState());
  const graph = task.stepGraph({ width: 64, height: 64 });
  await team.add(graph);
  await team.first.add(update!.graph);
  for (let step = 1; step <= 2; step++) {
    const whole = randomBatch(step, 16);
    const batches = sharesOf(whole, 16, 16 / batch);
    for (const [index, part] of batches.entries()) {
      const control = { rate, emaDecay: 0.9, step };
      await runBatch(team, task, { key: graph.key, batch: part, pictures: batch, control });
      await runUpdate(team, task, { control, batches: (step - 1) * batches.length + index + 1 });
    }
  }
  const state = (await team.read(task.states.map(({ name }) => name))) as Map<string, Float32Array>;
  const first = state.get('parameters')!;
  await team.close();
  team = undefined;
  return { parameters: first, ema: state.get('ema')!, start: task.initialState().get('parameters')! };
}

describe('a batch that two threads share', () => {
  it('moves the parameters as its halves do that are added up one after the other', async () => {
    const shared = await trained({ batch: 16, members: 2, accumulate: 1, rate: 1e-3 });
    // An accumulated gradient is the mean of its batches, a shared one their sum.
    const added = await trained({ batch: 8, members: 1, accumulate: 2, rate: 2e-3 });
    for (const name of ['parameters', 'ema'] as const) {
      let [apart, moved] = [0, 0];
      shared[name].forEach((value, at) => {
        apart = Math.max(apart, Math.abs(value - added[name][at]!));
        moved = Math.max(moved, Math.abs(value - shared.start[at]!));
      });
      expect(moved, name).toBeGreaterThan(1e-5);
      expect(apart / moved, name).toBeLessThan(1e-4);
    }
  });
});
