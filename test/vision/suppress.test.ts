import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { Candidates } from '#vision/candidates.js';
import type { Drop } from '#vision/nms/explained.js';
import { ScoreOrder } from '#vision/nms/order.js';
import { createSuppressor, type SuppressOptions, suppress } from '#vision/suppress.js';
import { type BoxSet, randomBoxes } from './support/random-boxes.js';
import { slowBatchedNms, slowSoftNms } from './support/slow-nms.js';

const ALL = { score: 0, maxDetections: Infinity } as const;
const [PERSON, BICYCLE, CAR, BUS] = [0, 1, 2, 3];

/** Candidates of rows [x1, y1, x2, y2, score, class]. */
function candidatesOf(...rows: [number, number, number, number, number, number][]): Candidates {
  const candidates = new Candidates();
  for (const row of rows) candidates.add(...row);
  return candidates;
}

/** Overlaps the square [0, 0, 10, 10] by exactly 0.5. */
const HALF: [number, number, number, number] = [0, 0, 10, 5];

describe('non-max suppression keeps what torchvision.ops.batched_nms keeps', () => {
  const sets: BoxSet[] = [];
  for (const kind of ['scattered', 'clustered', 'apart', 'mixed'] as const) {
    for (const count of [1, 2, 50, 129, 1000, 5000]) {
      for (const classes of [1, 80]) sets.push({ seed: 5, kind, count, classes, ties: count === 50 || count === 5000 });
    }
  }
  for (const classes of [1, 80, 1500])
    sets.push({ seed: 6, kind: 'clustered', count: 30_000, classes, ties: classes === 80 });
  sets.push({ seed: 7, kind: 'scattered', count: 30_000, classes: 12, ties: true });
  sets.push({ seed: 8, kind: 'mixed', count: 30_000, classes: 16 });

  it.each(sets)('$count boxes $kind, $classes classes, ties: $ties', (set) => {
    const candidates = randomBoxes(set);
    const suppressors = new Map([0.3, 0.45, 0.5, 0.7].map((iou) => [iou, createSuppressor({ ...ALL, iou })]));
    for (const [iou, suppressor] of set.count > 1000 ? [...suppressors].slice(1, 2) : suppressors) {
      const expected = slowBatchedNms(candidates, iou);
      const { indices, scores } = suppressor.suppress(candidates);
      expect([...indices]).toEqual(expected);
      expect([...scores]).toEqual(expected.map((index) => candidates.scores[index]));
    }
  });

  it('for every threshold', () => {
    for (let step = 0; step <= 40; step++) {
      const iou = step / 40;
      const candidates = randomBoxes({
        seed: step,
        kind: step % 2 ? 'mixed' : 'clustered',
        count: 700,
        classes: 2,
        ties: step % 3 === 0,
      });
      expect([...suppress(candidates, { ...ALL, iou }).indices], `IoU ${iou}`).toEqual(slowBatchedNms(candidates, iou));
    }
  });

  it('for coordinates far from the origin, tiny and huge boxes', () => {
    const random = new Random(9);
    for (const [origin, side] of [
      [1e6, 50],
      [-3e4, 200],
      [0, 1e-19],
      [0, 1e18],
      [0.5, 1e-3],
    ]) {
      const candidates = new Candidates();
      for (let i = 0; i < 600; i++) {
        const [x, y] = [origin + random.between(0, 4 * side), origin + random.between(0, 4 * side)];
        candidates.add(x, y, x + random.between(side / 4, side), y + random.between(side / 4, side), random.float(), 0);
      }
      expect([...suppress(candidates, ALL).indices], `${origin}, ${side}`).toEqual(slowBatchedNms(candidates, 0.45));
    }
  });

  it('again and again in the same memory, whatever came before', () => {
    const suppressor = createSuppressor(ALL);
    for (const count of [3000, 5, 0, 700, 3000, 1]) {
      const candidates = randomBoxes({ seed: count, kind: 'clustered', count, classes: 3 });
      expect([...suppressor.suppress(candidates).indices]).toEqual(slowBatchedNms(candidates, 0.45));
    }
  });
});

describe('suppress', () => {
  const overlapping = candidatesOf(
    [0, 0, 10, 10, 0.9, PERSON],
    [0, 0, 10, 10, 0.8, BICYCLE],
    [1, 0, 11, 10, 0.7, PERSON],
  );

  it.each<[string, Candidates, SuppressOptions, number[]]>([
    ['nothing from nothing', new Candidates(), {}, []],
    ['one box', candidatesOf([0, 0, 1, 1, 0.5, 0]), {}, [0]],
    ['a person never hides a bicycle', overlapping, {}, [0, 1]],
    ['unless all classes compete', overlapping, { among: 'all' }, [0]],
    ['or their group does', overlapping, { among: [[PERSON, BICYCLE]] }, [0]],
    ['groups without them change nothing', overlapping, { among: [[CAR, BUS]] }, [0, 1]],
    ['no groups at all are per class', overlapping, { among: [] }, [0, 1]],
    ['the score at the threshold counts', candidatesOf([0, 0, 1, 1, 0.25, 0], [2, 0, 3, 1, 0.2499, 0]), {}, [0]],
    ['float32 scores count at thresholds they only round to', candidatesOf([0, 0, 1, 1, 0.7, 0]), { score: 0.7 }, [0]],
    [
      'IoU at the threshold does not suppress',
      candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]),
      { iou: 0.5 },
      [0, 1],
    ],
    ['IoU above it does', candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]), { iou: 0.49 }, [0]],
    ['of equal scores the first is kept', candidatesOf([0, 0, 9, 9, 0.5, 0], [0, 0, 9, 9, 0.5, 0]), {}, [0]],
    [
      'a box that is suppressed does not suppress',
      candidatesOf([0, 0, 10, 10, 0.9, 0], [4, 0, 14, 10, 0.8, 0], [8, 0, 18, 10, 0.7, 0]),
      { iou: 0.3 },
      [0, 2],
    ],
    ['IoU 1 suppresses nothing', candidatesOf([0, 0, 9, 9, 0.5, 0], [0, 0, 9, 9, 0.5, 0]), { iou: 1 }, [0, 1]],
    [
      'IoU 0: one shared pixel is enough, an edge is not',
      candidatesOf([0, 0, 9, 9, 0.9, 0], [8, 8, 19, 19, 0.8, 0], [9, 0, 12, 4, 0.7, 0]),
      { iou: 0 },
      [0, 2],
    ],
    ['only the classes that are wanted', overlapping, { classes: new Set([BICYCLE]) }, [1]],
    ['an unwanted class suppresses nothing', overlapping, { classes: new Set([BICYCLE]), among: 'all' }, [1]],
    ['a class may have a higher threshold', overlapping, { classScores: new Map([[PERSON, 0.95]]) }, [1]],
    [
      'and a lower one',
      candidatesOf([0, 0, 1, 1, 0.1, CAR], [5, 0, 6, 1, 0.1, BUS]),
      { classScores: new Map([[BUS, 0.05]]) },
      [1],
    ],
    [
      'the best of many',
      candidatesOf([0, 0, 1, 1, 0.5, 0], [2, 0, 3, 1, 0.9, 0], [4, 0, 5, 1, 0.7, 0]),
      { maxDetections: 2 },
      [1, 2],
    ],
    ['none', overlapping, { maxDetections: 0 }, []],
  ])('%s', (_why, candidates, options, expected) => {
    expect([...suppress(candidates, options).indices]).toEqual(expected);
  });

  it('reports 300 boxes above 0.25 by default', () => {
    const candidates = randomBoxes({ seed: 1, kind: 'apart', count: 2000, classes: 4 });
    const { indices, scores } = suppress(candidates);
    expect(indices.length).toBe(300);
    expect([...indices]).toEqual(slowBatchedNms(candidates, 0.45).slice(0, 300));
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0.25);
  });

  it('car, truck and bus as a group are suppressed as one class', () => {
    const candidates = randomBoxes({ seed: 2, kind: 'clustered', count: 1500, classes: 6 });
    const merged = randomBoxes({ seed: 2, kind: 'clustered', count: 1500, classes: 6 });
    for (let i = 0; i < merged.count; i++)
      if (merged.classIds[i] === 4 || merged.classIds[i] === 5) merged.classIds[i] = 2;
    const expected = slowBatchedNms(merged, 0.45);
    expect([...suppress(candidates, { ...ALL, among: [[2, 4, 5]] }).indices]).toEqual(expected);
    expect(expected).not.toEqual(slowBatchedNms(candidates, 0.45));
  });

  it.each<[string, SuppressOptions]>([
    ['a score above 1', { score: 1.5 }],
    ['a negative IoU', { iou: -0.1 }],
    ['an IoU that is no number', { iou: Number.NaN }],
    ['a class score below 0', { classScores: new Map([[1, -1]]) }],
    ['a negative number of detections', { maxDetections: -1 }],
    [
      'a class in two groups',
      {
        among: [
          [1, 2],
          [2, 3],
        ],
      },
    ],
    ['a gaussian without width', { soft: { method: 'gaussian', sigma: 0 } }],
  ])('refuses %s', (_why, options) => {
    expect(() => suppress(new Candidates(), options)).toThrow(RangeError);
  });
});

describe('soft-NMS', () => {
  it.each([
    { method: 'linear', ties: false },
    { method: 'gaussian', ties: false },
    { method: 'linear', ties: true },
    { method: 'gaussian', ties: true, sigma: 0.1 },
  ] as const)('$method decays scores as the paper does, ties: $ties', ({ method, ties, ...rest }) => {
    for (const kind of ['clustered', 'scattered', 'mixed'] as const) {
      const candidates = randomBoxes({ seed: 11, kind, count: 600, classes: 3, ties });
      const floor = 0.2;
      const expected = slowSoftNms(candidates, { method, ...rest, threshold: 0.45, floor: Math.fround(floor) });
      const { indices, scores } = suppress(candidates, {
        score: floor,
        maxDetections: Infinity,
        soft: { method, ...rest },
      });
      expect([...indices]).toEqual(expected.map((one) => one.index));
      expect([...scores]).toEqual(expected.map((one) => Math.fround(one.score)));
      const limited = suppress(candidates, { score: floor, maxDetections: 20, soft: { method, ...rest } });
      expect([...limited.indices]).toEqual(expected.slice(0, 20).map((one) => one.index));
    }
  });

  it('keeps a box at a lowered score where hard suppression drops it', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.8, 0]);
    const { indices, scores } = suppress(candidates, { iou: 0.45, soft: { method: 'linear' } });
    expect([...indices]).toEqual([0, 1]);
    expect(scores[1]).toBeCloseTo(0.4, 6);
    expect([...suppress(candidates, { iou: 0.45 }).indices]).toEqual([0]);
  });

  it('leaves nothing of nothing', () => {
    expect(suppress(new Candidates(), { soft: { method: 'gaussian' } }).indices.length).toBe(0);
  });
});

describe('the explanation', () => {
  function explained(candidates: Candidates, options: SuppressOptions) {
    const drops: Drop[] = [];
    const { indices } = suppress(candidates, { ...options, explain: (drop) => drops.push(drop) });
    return { indices: [...indices], drops };
  }

  it('names for each dropped box what dropped it', () => {
    const candidates = candidatesOf(
      [0, 0, 10, 10, 0.9, PERSON],
      [...HALF, 0.8, PERSON],
      [0, 0, 10, 10, 0.7, BICYCLE],
      [50, 0, 60, 10, 0.6, CAR],
      [70, 0, 80, 10, 0.5, PERSON],
      [90, 0, 99, 10, 0.1, PERSON],
    );
    const options = { classes: new Set([PERSON, CAR]), classScores: new Map([[CAR, 0.65]]), maxDetections: 1 };
    const { indices, drops } = explained(candidates, options);
    expect(indices).toEqual([0]);
    expect(drops).toEqual([
      { index: 2, reason: 'class' },
      { index: 3, reason: 'score' },
      { index: 1, reason: 'suppressed', by: 0, iou: 0.5 },
      { index: 4, reason: 'limit' },
    ]);
  });

  it('names the best of several boxes that suppress one', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [0, 5, 10, 15, 0.8, 0], [0, 2, 10, 12, 0.7, 0]);
    expect(explained(candidates, { iou: 0.4 }).drops).toMatchObject([{ index: 2, by: 0, reason: 'suppressed' }]);
  });

  it('accounts for every candidate above the threshold and changes nothing', () => {
    for (const options of [
      {},
      { among: 'all' },
      { maxDetections: 40 },
      { classes: new Set([1, 2]) },
      { soft: { method: 'linear' } },
    ] as SuppressOptions[]) {
      for (const kind of ['clustered', 'mixed'] as const) {
        const candidates = randomBoxes({ seed: 3, kind, count: 1200, classes: 4, ties: true });
        const { indices, drops } = explained(candidates, options);
        expect(indices).toEqual([...suppress(candidates, options).indices]);
        const accounted = [...indices, ...drops.map((drop) => drop.index)].sort((a, b) => a - b);
        const above = Array.from({ length: candidates.count }, (_, i) => i).filter((i) => candidates.scores[i] >= 0.25);
        expect(accounted).toEqual(above);
      }
    }
  });

  it('tells which box decayed a score below the threshold', () => {
    const candidates = candidatesOf([0, 0, 10, 10, 0.9, 0], [...HALF, 0.4, 0]);
    const { indices, drops } = explained(candidates, { soft: { method: 'linear' } });
    expect(indices).toEqual([0]);
    expect(drops).toEqual([{ index: 1, reason: 'decayed', by: 0, iou: 0.5 }]);
  });
});

describe('the order of scores', () => {
  it('is that of a stable sort, highest first, for any float32', () => {
    const order = new ScoreOrder();
    const random = new Random(12);
    for (const count of [0, 1, 2, 100, 5000, 3]) {
      const special = [0, -0, 1, -1, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, 0.25];
      const scores = Float32Array.from({ length: count }, () =>
        random.chance(0.3) ? random.pick(special) : random.normal() * 10 ** random.between(-9, 9),
      );
      const indices = Uint32Array.from({ length: count }, (_, i) => i);
      const expected = [...indices].sort((a, b) => (scores[a] === scores[b] ? 0 : scores[b] > scores[a] ? 1 : -1));
      order.sort(scores, indices, count);
      expect([...indices]).toEqual(expected);
    }
  });

  it('leaves indices beyond the count alone', () => {
    const indices = Uint32Array.of(2, 0, 9, 9);
    new ScoreOrder().sort(Float32Array.of(0.9, 0, 0.1), indices, 2);
    expect([...indices]).toEqual([0, 2, 9, 9]);
  });
});

describe('candidates', () => {
  it.each<[string, number[]]>([
    ['a coordinate that is not a number', [Number.NaN, 0, 1, 1, 0.5]],
    ['an infinite one', [0, 0, Infinity, 1, 0.5]],
    ['one that float32 cannot hold', [0, 0, 1e39, 1, 0.5]],
    ['a score that is not a number', [0, 0, 1, 1, Number.NaN]],
    ['no width', [1, 0, 1, 1, 0.5]],
    ['no height in float32', [0, 1, 1, 1 + 1e-12, 0.5]],
    ['inverted sides', [2, 0, 1, 1, 0.5]],
  ])('refuse %s', (_why, [x1, y1, x2, y2, score]) => {
    const candidates = new Candidates();
    expect(candidates.add(x1, y1, x2, y2, score, 0)).toBe(-1);
    expect(candidates.count).toBe(0);
  });

  it('grow without losing anything and are filled again without growing', () => {
    const candidates = new Candidates(2, 4);
    for (let round = 0; round < 2; round++) {
      candidates.clear();
      for (let i = 0; i < 1000; i++) {
        expect(candidates.add(i, 0, i + 1, 2, 0.5, i % 7)).toBe(i);
        candidates.setLandmark(i, 0, i, 1, 0.5);
        candidates.setLandmark(i, 1, i, 2, 2);
      }
      const at = 999;
      expect([...candidates.boxes.subarray(at * 4, at * 4 + 4)]).toEqual([999, 0, 1000, 2]);
      expect([...candidates.landmarks.subarray(at * 6, at * 6 + 6)]).toEqual([999, 1, 0.5, 999, 2, 1]);
      expect(candidates.classIds[at]).toBe(999 % 7);
    }
    expect(candidates.scores.length).toBeLessThanOrEqual(1024);
  });

  it('go when one of their landmarks is not finite', () => {
    const candidates = new Candidates(2);
    const first = candidates.add(0, 0, 1, 1, 0.5, 0);
    candidates.setLandmark(first, 0, Number.NaN, 0, 1);
    candidates.setLandmark(first, 1, 0, 0, 1);
    expect(candidates.count).toBe(0);
    expect(candidates.add(5, 0, 6, 1, 0.5, 0)).toBe(0);
  });

  it('never have a score above 1', () => {
    expect(candidatesOf([0, 0, 1, 1, 1.002, 0]).scores[0]).toBe(1);
  });
});
