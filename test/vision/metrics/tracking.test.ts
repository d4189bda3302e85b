import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import { evaluateTracking } from '#vision/metrics/tracking-evaluation.js';
import type { TrackedFrame } from '#vision/metrics/tracking-sequence.js';
import { createTracker } from '#vision/tracking/create.js';
import { crowd, evenly, render } from '../tracking/scene.js';
import { slowScores } from './tracking-reference.js';

const at = (x: number): Box => [x, 0, x + 100, 100];
/** One row per frame: [id, x] pairs of truths and of predictions. */
type Pairs = readonly (readonly [number, number])[];
const frames = (...rows: readonly (readonly [Pairs, Pairs])[]): TrackedFrame[] =>
  rows.map(([truth, predicted]) => ({
    truth: truth.map(([id, x]) => ({ id, box: at(x) })),
    predicted: predicted.map(([id, x]) => ({ id, box: at(x) })),
  }));
const one: Pairs = [[1, 0]];

describe('tracking scores, by hand', () => {
  it.each([
    [
      'a perfect tracker',
      frames([one, [[7, 0]]], [one, [[7, 0]]]),
      { HOTA: 1, DetA: 1, AssA: 1, LocA: 1, MOTA: 1, MOTP: 1, IDF1: 1, idSwitches: 0 },
    ],
    ['nothing at all', frames([[], []]), { HOTA: 0, LocA: 1, MOTA: 0, IDF1: 0 }],
    ['no frames', [], { HOTA: 0, LocA: 1, MOTA: 0, IDF1: 0 }],
    [
      'a blind tracker',
      frames([one, []], [one, []]),
      { HOTA: 0, DetA: 0, LocA: 1, MOTA: 0, IDF1: 0, falseNegatives: 2, mostlyLost: 1 },
    ],
    [
      'a tracker that sees ghosts',
      frames([[], [[1, 0]]], [[], [[1, 0]]]),
      { HOTA: 0, MOTA: -2, IDF1: 0, falsePositives: 2 },
    ],
    // Two frames of id 7, two of id 8: AssA = 2 * (2 * 2 / 4) / 4 = 1/2, HOTA = sqrt(1 * 1/2); one switch of four boxes.
    [
      'one change of id in the middle',
      frames([one, [[7, 0]]], [one, [[7, 0]]], [one, [[8, 0]]], [one, [[8, 0]]]),
      {
        DetA: 1,
        AssA: 0.5,
        HOTA: Math.SQRT1_2,
        AssRe: 0.5,
        AssPr: 1,
        MOTA: 0.75,
        idSwitches: 1,
        IDF1: 0.5,
        idTruePositives: 2,
      },
    ],
    // Seen in 2 of 4 frames: DetA = 2/4, AssA = 2/4 at every alpha.
    [
      'a tracker that misses every other frame',
      frames([one, [[7, 0]]], [one, []], [one, [[7, 0]]], [one, []]),
      {
        DetA: 0.5,
        AssA: 0.5,
        HOTA: 0.5,
        DetRe: 0.5,
        DetPr: 1,
        MOTA: 0.5,
        IDF1: 2 / 3,
        partlyTracked: 1,
        fragmentations: 0,
      },
    ],
    // IoU 50/150 = 1/3: matched for alpha 0.05 .. 0.30, 6 of 19; too little for CLEAR and identity.
    [
      'a box that is half off',
      frames([one, [[7, 50]]]),
      { DetA: 6 / 19, AssA: 6 / 19, HOTA: 6 / 19, LocA: (6 / 3 + 13) / 19, MOTA: -1, MOTP: 0, IDF1: 0 },
    ],
    // IoU 0.6 exactly at an alpha: 75/125 = 0.6 counts at 0.60; 12 of 19.
    ['a similarity exactly at a threshold', frames([one, [[7, 25]]]), { DetA: 12 / 19, MOTA: 1, MOTP: 0.6, IDF1: 1 }],
    // Lost for a frame with other predictions around: one fragmentation, no switch.
    [
      'an interruption',
      frames([one, [[7, 0]]], [one, [[9, 500]]], [one, [[7, 0]]]),
      { fragmentations: 1, idSwitches: 0, MOTA: 1 / 3, falsePositives: 1, falseNegatives: 1 },
    ],
    // CLEAR keeps id 7 although id 8 now fits better: no switch.
    [
      'a rival that fits better',
      frames(
        [one, [[7, 0]]],
        [
          one,
          [
            [7, 20],
            [8, 0],
          ],
        ],
      ),
      { idSwitches: 0, truePositives: 2, falsePositives: 1, MOTP: (1 + 80 / 120) / 2 },
    ],
    // Two objects swap their ids: both switch; each id explains 2 of 4 boxes.
    [
      'a swap',
      frames(
        [
          [
            [1, 0],
            [2, 500],
          ],
          [
            [7, 0],
            [8, 500],
          ],
        ],
        [
          [
            [1, 0],
            [2, 500],
          ],
          [
            [8, 0],
            [7, 500],
          ],
        ],
      ),
      { DetA: 1, AssA: 1 / 3, idSwitches: 2, MOTA: 0.5, IDF1: 0.5 },
    ],
  ])('say of %s what they should', (_, sequence, expected) => {
    const scores = evaluateTracking([sequence]) as unknown as Record<string, number>;
    for (const [name, value] of Object.entries(expected))
      expect(`${name} ${scores[name]!.toFixed(9)}`).toBe(`${name} ${value.toFixed(9)}`);
  });

  it('add sequences up by their boxes, ids being of their own sequence', () => {
    const good = frames([one, [[7, 0]]], [one, [[7, 0]]], [one, [[7, 0]]]);
    const blind = frames([one, []]);
    const { MOTA, IDF1, DetA, AssA, HOTA } = evaluateTracking([good, blind]);
    expect([MOTA, DetA, AssA]).toEqual([0.75, 0.75, 1]);
    expect(IDF1).toBeCloseTo(3 / 3.5, 12);
    expect(HOTA).toBeCloseTo(Math.sqrt(0.75), 12);
  });

  it('refuse an id that appears twice in a frame', () => {
    expect(() =>
      evaluateTracking([
        frames([
          one,
          [
            [7, 0],
            [7, 50],
          ],
        ]),
      ]),
    ).toThrow('id 7 appears twice in the prediction of frame 0');
  });
});

describe('tracking scores', () => {
  it("equal a slow evaluation written from TrackEval's definitions, on seeded random sequences", () => {
    const random = new Random(11);
    for (let round = 0; round < 60; round++) {
      const objects = (n: number) =>
        Array.from({ length: n }, (_, id) => ({
          id: id + 3,
          x: random.between(0, 300),
          speed: random.between(-20, 20),
        }));
      const [truths, predictions] = [objects(random.below(6)), objects(random.below(7))];
      const seen = (list: { id: number; x: number; speed: number }[], t: number) =>
        list.filter(() => random.chance(0.8)).map(({ id, x, speed }) => ({ id, box: at(x + speed * t) }));
      const sequence = Array.from({ length: 1 + random.below(14) }, (_, t) => ({
        truth: seen(truths, t),
        predicted: seen(predictions, t),
      }));
      const fast = evaluateTracking([sequence]) as unknown as Record<string, number>;
      for (const [name, value] of Object.entries(slowScores(sequence))) {
        expect(`${round} ${name} ${fast[name]!.toFixed(9)}`).toBe(`${round} ${name} ${value.toFixed(9)}`);
      }
    }
  });

  it.each([
    ['bytetrack', 0.9, 0.96],
    ['sort', 0.8, 0.85],
  ] as const)('show that %s tracks a rendered crowd (HOTA from %d, MOTA from %d)', (algorithm, hota, mota) => {
    const faults = { miss: 0.02, lowScore: 0.08, duplicate: 0.05, falseAlarm: 0.02, jitter: 1 };
    const sequences = [1, 2, 3].map((seed) => {
      const tracker = createTracker({ algorithm });
      return render(crowd(10, seed, 8), evenly(200, 25), faults, seed).map(({ truth, detections, stamp }) => ({
        truth,
        predicted: tracker.update(detections, stamp).map(({ trackId, box }) => ({ id: trackId, box })),
      }));
    });
    const scores = evaluateTracking(sequences);
    console.log(
      `${algorithm}: HOTA ${scores.HOTA.toFixed(3)} MOTA ${scores.MOTA.toFixed(3)} IDF1 ${scores.IDF1.toFixed(3)} switches ${scores.idSwitches}`,
    );
    expect(scores.HOTA).toBeGreaterThan(hota);
    expect(scores.MOTA).toBeGreaterThan(mota);
  });
});
