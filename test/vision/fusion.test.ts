import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { type FusedBox, fuseBoxes } from '#vision/fusion.js';

function overlap(a: readonly number[], b: readonly number[]): number {
  const w = Math.max(0, Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!));
  const h = Math.max(0, Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!));
  return (w * h) / ((a[2]! - a[0]!) * (a[3]! - a[1]!) + (b[2]! - b[0]!) * (b[3]! - b[1]!) - w * h);
}

/** The paper's eight steps, word for word: B sorted, lists L of clusters and F of fused boxes. */
function slowFusion(sources: FusedBox[][], threshold: number, weights: number[]): number[][] {
  const B = sources
    .flatMap((list, s) => list.map(({ box, score, classId }) => ({ box, classId, score: score * weights[s]! })))
    .sort((left, right) => right.score - left.score);
  const L: (typeof B)[] = [];
  const F: number[][] = [];
  for (const b of B) {
    const ious = F.map((f, n) => (L[n]![0]!.classId === b.classId ? overlap(f, b.box) : 0));
    const pos = ious.indexOf(Math.max(...ious));
    if (pos < 0 || ious[pos]! <= threshold) {
      L.push([b]);
      F.push([...b.box, b.score]);
      continue;
    }
    L[pos]!.push(b);
    const C = L[pos]!.reduce((sum, { score }) => sum + score, 0);
    F[pos] = [0, 1, 2, 3].map((k) => L[pos]!.reduce((sum, { box, score }) => sum + box[k]! * score, 0) / C);
    F[pos]!.push(C / L[pos]!.length);
  }
  const total = weights.reduce((sum, w) => sum + w, 0);
  return F.map(([x1, y1, x2, y2, score], n) => {
    const scaled = (score! * Math.min(L[n]!.length, sources.length)) / total;
    return [L[n]![0]!.classId, x1!, y1!, x2!, y2!, scaled];
  }).sort((left, right) => right[5]! - left[5]!);
}

describe('weighted box fusion', () => {
  it('agrees with the paper’s steps on seeded boxes', () => {
    const random = new Random(21);
    for (let round = 0; round < 200; round++) {
      const weights = Array.from({ length: 1 + random.below(4) }, () => random.pick([1, 1, 2, 0.5]));
      const sources = weights.map(() =>
        Array.from({ length: random.below(12) }, (): FusedBox => {
          const [x, y] = [random.between(0, 60), random.between(0, 60)];
          const box = [x, y, x + random.between(10, 50), y + random.between(10, 50)] as const;
          return { box, classId: random.below(2), score: random.between(0.05, 1) };
        }),
      );
      const fused = fuseBoxes(sources, { weights, iou: 0.4 });
      const expected = slowFusion(sources, 0.4, weights);
      expect(fused.length).toBe(expected.length);
      fused.forEach(({ box, classId, score }, n) => {
        [classId, ...box, score].forEach((value, k) => {
          expect(value).toBeCloseTo(expected[n]![k]!, 9);
        });
      });
    }
  });

  it('averages two views by score and rewards agreement', () => {
    const fused = fuseBoxes([
      [
        { box: [0, 0, 10, 10], classId: 0, score: 0.9 },
        { box: [50, 50, 60, 60], classId: 0, score: 0.8 },
      ],
      [{ box: [1, 0, 11, 10], classId: 0, score: 0.3 }],
    ]);
    expect(fused[0]!.box[0]).toBeCloseTo(0.25, 12);
    expect(fused[0]!.score).toBeCloseTo(0.6, 12);
    expect(fused[1]).toMatchObject({ box: [50, 50, 60, 60], score: 0.4 });
  });

  it('keeps classes apart, and boxes at the threshold', () => {
    const box = [0, 0, 10, 10] as const;
    const two = fuseBoxes([[{ box, classId: 0, score: 0.5 }], [{ box, classId: 1, score: 0.5 }]]);
    expect(two).toHaveLength(2);
    const half = fuseBoxes([[{ box, classId: 0, score: 0.5 }], [{ box: [0, 0, 10, 5], classId: 0, score: 0.5 }]], {
      iou: 0.5,
    });
    expect(half).toHaveLength(2);
  });

  it('leaves out what scores too low, and gives nothing for nothing', () => {
    expect(fuseBoxes([])).toEqual([]);
    expect(fuseBoxes([[], []])).toEqual([]);
    expect(fuseBoxes([[{ box: [0, 0, 1, 1], classId: 0, score: 0.1 }]], { skipBelow: 0.2 })).toEqual([]);
    expect(fuseBoxes([[{ box: [0, 0, 1, 1], classId: 0, score: 0 }]])).toHaveLength(1);
  });

  it('refuses weights that do not belong to the sources', () => {
    expect(() => fuseBoxes([[]], { weights: [1, 2] })).toThrow(RangeError);
  });
});
