import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { type Batch, packObjects } from '#dataset/batch.js';
import { type TargetOptions, targetFeeds } from '#training/detector/targets.js';
import { neighbourAssignment } from '#vision/assignment/neighbours.js';

const heads = [
  {
    output: 'fine',
    stride: 8,
    rows: 4,
    columns: 4,
    anchors: [
      [8, 8],
      [12, 16],
    ] as const,
    positives: 40,
  },
  {
    output: 'coarse',
    stride: 16,
    rows: 2,
    columns: 2,
    anchors: [
      [20, 20],
      [30, 26],
    ] as const,
    positives: 16,
  },
];

function optionsOf(more: Partial<TargetOptions> = {}): TargetOptions {
  const options = {
    heads,
    batch: 2,
    classes: 3,
    assign: neighbourAssignment(),
    labelSmoothing: 0,
    softmax: false,
    partial: 1,
  };
  return { ...options, ...more };
}

function batchOf(pictures: Parameters<typeof packObjects>[0], more: Partial<Batch> = {}): Batch {
  return {
    epoch: 0,
    step: 0,
    size: { width: 32, height: 32 },
    pictures: new Uint8Array(2 * 3 * 32 * 32),
    count: 2,
    objects: packObjects(pictures, 0),
    labelled: new Uint8Array(6).fill(1),
    sources: [[0], [1]],
    faults: [],
    ...more,
  };
}

type Feeds = Map<string, { dims: readonly number[]; data: Float32Array }>;

const sumOf = (values: Float32Array): number => values.reduce((sum, one) => sum + one, 0);

function feedsOf(batch: Batch, options = optionsOf()): { feeds: Feeds; left: number } {
  const { feeds, left } = targetFeeds(batch, options);
  return {
    left,
    feeds: new Map(feeds.map(({ name, dims, parts }) => [name, { dims, data: parts[0] as Float32Array }])),
  };
}

describe('targets of a batch', () => {
  it('say where, what and which for every positive that assignment found', () => {
    const random = new Random(71);
    for (let round = 0; round < 30; round++) {
      const pictures = [0, 1].map(() =>
        Array.from({ length: random.below(4) }, () => {
          const [x, y] = [random.between(0, 24), random.between(0, 24)];
          const box = [x, y, x + random.between(3, 20), y + random.between(3, 20)] as const;
          return { box, classId: random.below(3) };
        }),
      );
      const batch = batchOf(pictures);
      const { feeds } = feedsOf(batch);
      const truths = pictures.map((list) =>
        list.map(({ box: [x1, y1, x2, y2], classId }) => ({
          box: [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1] as const,
          classId,
        })),
      );
      const { positives } = neighbourAssignment()(truths, heads);
      heads.forEach(({ output, stride, rows, columns }, h) => {
        const [cells, valid, boxes, classes] = ['cells', 'valid', 'boxes', 'classes'].map(
          (name) => feeds.get(`${output}/${name}`)!.data,
        );
        positives[h]!.forEach(({ picture, anchor, row, column, truth }, m) => {
          const { box, classId } = truths[picture]![truth]!;
          expect(cells![m]).toBe(((picture * 2 + anchor) * rows + row) * columns + column);
          expect(valid![m]).toBe(1);
          const [cx, cy, w, h2] = [
            boxes![4 * m]! + column,
            boxes![4 * m + 1]! + row,
            boxes![4 * m + 2]!,
            boxes![4 * m + 3]!,
          ];
          [cx, cy, w, h2].forEach((value, k) => {
            expect(value * stride).toBeCloseTo(box[k]!, 4);
          });
          expect(Array.from(classes!.subarray(3 * m, 3 * m + 3))).toEqual([0, 1, 2].map((c) => Number(c === classId)));
        });
        expect(sumOf(valid!)).toBe(positives[h]!.length);
      });
    }
  });

  it('leave unused rows empty but computable, and every weight at 1', () => {
    const { feeds } = feedsOf(batchOf([[], []]));
    expect(Array.from(feeds.get('coarse/boxes')!.data.subarray(0, 8))).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
    for (const name of ['cells', 'valid', 'classes', 'classWeights']) {
      expect(feeds.get(`fine/${name}`)!.data.every((value) => value === 0)).toBe(true);
    }
    expect(feeds.get('fine/objectnessWeights')!.dims).toEqual([2 * 2 * 4 * 4]);
    expect(feeds.get('fine/objectnessWeights')!.data.every((value) => value === 1)).toBe(true);
  });

  it('smooth the classes, and mask those that the picture is not labelled for', () => {
    const labelled = Uint8Array.of(1, 0, 1, 1, 1, 1);
    const batch = batchOf([[{ box: [8, 8, 16, 16], classId: 2 }], []], { labelled });
    const { feeds } = feedsOf(batch, optionsOf({ labelSmoothing: 0.1, partial: 0.25 }));
    const classes = Array.from(feeds.get('fine/classes')!.data.subarray(0, 3), (value) => Number(value.toFixed(4)));
    expect(classes).toEqual([0.05, 0.05, 0.95]);
    expect(Array.from(feeds.get('fine/classWeights')!.data.subarray(0, 3))).toEqual([1, 0, 1]);
    const weights = feeds.get('coarse/objectnessWeights')!.data;
    const positives = new Set(
      feeds.get('coarse/cells')!.data.filter((_, m) => feeds.get('coarse/valid')!.data[m] === 1),
    );
    weights.forEach((weight, cell) => {
      expect(weight).toBe(cell >= 8 ? 1 : positives.has(cell) ? 1 : 0.25);
    });
  });

  it('give softmax a whole distribution in every row and no weights', () => {
    const batch = batchOf([[{ box: [8, 8, 16, 16], classId: 1 }], []]);
    const { feeds } = feedsOf(batch, optionsOf({ softmax: true, labelSmoothing: 0.3 }));
    const { data } = feeds.get('fine/classes')!;
    for (let m = 0; m < 40; m++) expect(data[3 * m]! + data[3 * m + 1]! + data[3 * m + 2]!).toBeCloseTo(1, 6);
    expect(feeds.has('fine/classWeights')).toBe(false);
  });

  it('judge nothing in crowds and in pictures that only fill the batch', () => {
    const batch = batchOf([[{ box: [0, 0, 16, 32], classId: 0, crowd: true }], []], { count: 1 });
    const { feeds } = feedsOf(batch);
    const weights = Array.from(feeds.get('fine/objectnessWeights')!.data);
    expect(weights.slice(0, 16)).toEqual(Array(4).fill([0, 0, 1, 1]).flat());
    expect(weights.slice(32).every((weight) => weight === 0)).toBe(true);
  });

  it('leave out, evenly and unjudged, what finds no row any more', () => {
    const few = heads.map((head) => ({ ...head, positives: 2 }));
    const batch = batchOf([
      [
        { box: [8, 8, 16, 16], classId: 0 },
        { box: [17, 17, 25, 25], classId: 1 },
      ],
      [],
    ]);
    const { feeds, left } = feedsOf(batch, optionsOf({ heads: few }));
    const all = feedsOf(batch)
      .feeds.get('fine/valid')!
      .data.reduce((sum: number, one: number) => sum + one, 0);
    expect(all).toBeGreaterThan(4);
    expect(left).toBeGreaterThanOrEqual(all - 2);
    const weights = feeds.get('fine/objectnessWeights')!.data;
    expect(weights.filter((weight) => weight === 0)).toHaveLength(all - 2);
    expect(Array.from(feeds.get('fine/valid')!.data)).toEqual([1, 1]);
  });
});
