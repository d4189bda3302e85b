import { describe, expect, it } from 'vitest';
import type { Anchor } from '#core/card.js';
import { Random } from '#core/random.js';
import { bestIouAssignment } from '#vision/assignment/best-iou.js';
import { neighbourAssignment } from '#vision/assignment/neighbours.js';
import type { Assignment, HeadGrid, Truth } from '#vision/assignment/types.js';

const heads: HeadGrid[] = [
  {
    stride: 8,
    rows: 8,
    columns: 10,
    anchors: [
      [8, 10],
      [16, 12],
      [20, 30],
    ],
  },
  {
    stride: 16,
    rows: 4,
    columns: 5,
    anchors: [
      [30, 24],
      [40, 60],
      [70, 50],
    ],
  },
];

function truth(cx: number, cy: number, w: number, h: number, more: Partial<Truth> = {}): Truth {
  return { box: [cx, cy, w, h], classId: 0, ...more };
}

function randomTruths(random: Random): Truth[] {
  return Array.from({ length: random.below(7) }, () =>
    truth(random.between(-4, 84), random.between(-4, 68), random.between(0.5, 80), random.between(0.5, 64)),
  );
}

function overlap([w1, h1]: Anchor, [w2, h2]: Anchor): number {
  const both = Math.min(w1, w2) * Math.min(h1, h2);
  return both / (w1 * h1 + w2 * h2 - both);
}

/** Every slot asks every truth whether it is meant, in the words of YOLOv5; the best match wins. */
function slowNeighbours(pictures: readonly (readonly Truth[])[]): string[] {
  const found: string[] = [];
  pictures.forEach((truths, picture) => {
    heads.forEach(({ stride, rows, columns, anchors }, head) => {
      for (let slot = 0; slot < anchors.length * rows * columns; slot++) {
        const column = slot % columns;
        const row = Math.floor(slot / columns) % rows;
        const [aw, ah] = anchors[Math.floor(slot / columns / rows)]!;
        let best = -1;
        let bestMatch = -1;
        truths.forEach(({ box: [cx, cy, w, h] }, index) => {
          const [x, y] = [cx / stride, cy / stride];
          if (x < 0 || y < 0 || x >= columns || y >= rows) return;
          const [dx, dy] = [x - (column + 0.5), y - (row + 0.5)];
          const home = Math.floor(x) === column && Math.floor(y) === row;
          const beside = Math.floor(y) === row && Math.floor(x) !== column && Math.abs(dx) < 1;
          const below = Math.floor(x) === column && Math.floor(y) !== row && Math.abs(dy) < 1;
          if (!(home || beside || below)) return;
          if (Math.max(w / aw, aw / w, h / ah, ah / h) >= 4) return;
          const match = overlap([w, h], [aw, ah]);
          if (match <= bestMatch) return;
          best = index;
          bestMatch = match;
        });
        if (best >= 0) found.push(`${head}/${picture}/${Math.floor(slot / columns / rows)}/${row}/${column}=${best}`);
      }
    });
  });
  return found.sort();
}

function listed({ positives }: Assignment): string[] {
  return positives
    .flatMap((list, head) =>
      list.map(({ picture, anchor, row, column, truth }) => `${head}/${picture}/${anchor}/${row}/${column}=${truth}`),
    )
    .sort();
}

describe('the rule of neighbouring cells and ratios', () => {
  it('agrees with a slow reference on seeded pictures', () => {
    const random = new Random(11);
    for (let round = 0; round < 100; round++) {
      const pictures = Array.from({ length: 3 }, () => randomTruths(random));
      expect(listed(neighbourAssignment()(pictures, heads))).toEqual(slowNeighbours(pictures));
    }
  });

  it.each([
    { why: 'the middle of a cell has no neighbour', x: 20, y: 20, cells: ['2/2'] },
    { why: 'left and above of the middle', x: 17, y: 18, cells: ['1/2', '2/1', '2/2'] },
    { why: 'right and below of the middle', x: 23, y: 22, cells: ['2/2', '2/3', '3/2'] },
    { why: 'the left edge has no cell beyond', x: 1, y: 20, cells: ['2/0'] },
    { why: 'the right edge has no cell beyond', x: 79, y: 20, cells: ['2/9'] },
    { why: 'a midpoint on the grid line belongs to the right cell', x: 16, y: 20, cells: ['2/1', '2/2'] },
    { why: 'a midpoint outside belongs to nobody', x: 80, y: 20, cells: [] },
  ])('$why', ({ x, y, cells }) => {
    const { positives } = neighbourAssignment()([[truth(x, y, 8, 10)]], heads);
    const first = positives[0]!.filter(({ anchor }) => anchor === 0).map(({ row, column }) => `${row}/${column}`);
    expect(first.sort()).toEqual(cells);
  });

  it('leaves out what is four times as long as an anchor, and what has no area', () => {
    const only: HeadGrid[] = [{ stride: 8, rows: 8, columns: 10, anchors: [[10, 10]] }];
    const count = (w: number, h: number): number =>
      neighbourAssignment()([[truth(20, 20, w, h)]], only).positives[0]!.length;
    expect([count(40, 10), count(39.9, 10), count(10, 2.5), count(10, 2.6), count(0, 10)]).toEqual([0, 1, 0, 1, 0]);
  });

  it('gives a slot to the better match', () => {
    const only: HeadGrid[] = [{ stride: 8, rows: 8, columns: 10, anchors: [[10, 10]] }];
    const { positives } = neighbourAssignment()([[truth(20, 20, 20, 20), truth(20, 20, 9, 10)]], only);
    expect(positives).toEqual([[{ picture: 0, anchor: 0, row: 2, column: 2, truth: 1 }]]);
  });
});

describe('the rule of the midpoint and the best anchor', () => {
  it('gives every object inside one slot, on the head of the anchor most like it', () => {
    const random = new Random(12);
    for (let round = 0; round < 100; round++) {
      const truths = randomTruths(random).slice(0, 1);
      const { positives } = bestIouAssignment()([truths], heads);
      const all = heads.flatMap(({ anchors }, head) => anchors.map((size, anchor) => ({ head, anchor, size })));
      const found = positives.flatMap((list, head) => list.map((positive) => ({ head, ...positive })));
      const inside = truths.filter(({ box: [x, y] }) => x >= 0 && y >= 0 && x < 80 && y < 64);
      expect(found).toHaveLength(inside.length);
      for (const { head, anchor, row, column } of found) {
        const [cx, cy, w, h] = truths[0]!.box;
        const best = Math.max(...all.map(({ size }) => overlap(size, [w, h])));
        expect(overlap(heads[head]!.anchors[anchor]!, [w, h])).toBe(best);
        expect([column, row]).toEqual([Math.floor(cx / heads[head]!.stride), Math.floor(cy / heads[head]!.stride)]);
      }
    }
  });

  it('ignores other anchors of the cell that pass the threshold, not those at it', () => {
    const only: HeadGrid[] = [
      {
        stride: 8,
        rows: 8,
        columns: 10,
        anchors: [
          [10, 10],
          [10, 9],
          [10, 5],
          [10, 5.1],
          [30, 30],
        ],
      },
    ];
    const { positives, ignored } = bestIouAssignment({ ignoreIou: 0.5 })([[truth(20, 20, 10, 10)]], only);
    expect(positives[0]!.map(({ anchor }) => anchor)).toEqual([0]);
    expect(ignored[0]!.map(({ anchor }) => anchor)).toEqual([1, 3]);
  });

  it('takes the first of equal anchors, and never ignores what another object needs', () => {
    const only: HeadGrid[] = [
      {
        stride: 8,
        rows: 8,
        columns: 10,
        anchors: [
          [10, 10],
          [10, 10],
          [10, 8],
        ],
      },
    ];
    const { positives, ignored } = bestIouAssignment()([[truth(20, 20, 10, 10), truth(21, 21, 10, 8)]], only);
    expect(positives[0]!.map(({ anchor, truth: index }) => [anchor, index])).toEqual([
      [0, 0],
      [2, 1],
    ]);
    expect(ignored[0]!.map(({ anchor }) => anchor)).toEqual([1]);
  });
});

describe.each([
  ['neighbours', neighbourAssignment()],
  ['best IoU', bestIouAssignment()],
] as const)('crowds under the rule of %s', (_, assign) => {
  it('are ignored by every anchor inside, and claimed by none', () => {
    const { positives, ignored } = assign([[truth(40, 32, 20, 20, { ignored: true })]], heads);
    expect(positives).toEqual([[], []]);
    const cells = ignored.map((slots) => [...new Set(slots.map(({ row, column }) => `${row}/${column}`))].sort());
    expect(cells).toEqual([
      ['3/4', '3/5', '4/4', '4/5'],
      ['1/2', '2/2'],
    ]);
    expect(ignored.map((slots) => slots.length)).toEqual([12, 6]);
  });

  it('do not silence an object of their cell', () => {
    const { positives, ignored } = assign([[truth(40, 32, 20, 20, { ignored: true }), truth(36, 36, 16, 12)]], heads);
    const claimed = positives[0]!.map(({ anchor, row, column }) => `${anchor}/${row}/${column}`);
    expect(claimed).toContain('1/4/4');
    expect(ignored[0]!.map(({ anchor, row, column }) => `${anchor}/${row}/${column}`)).not.toContain('1/4/4');
  });

  it('and empty batches give nothing', () => {
    expect(assign([], heads)).toEqual({ positives: [[], []], ignored: [[], []] });
    expect(assign([[]], heads)).toEqual({ positives: [[], []], ignored: [[], []] });
  });
});
