import { type Assignment, cellOf, type HeadGrid, type Ignored, type Positive, type Truth } from './types.js';

/** Collects claims on anchors of cells: one slot goes to one truth, the best match (the first among equals). */
export class Slots {
  readonly #claims: Map<number, { positive: Positive; match: number }>[];
  readonly #ignored: Map<number, Ignored>[];
  readonly #heads: readonly HeadGrid[];

  constructor(heads: readonly HeadGrid[]) {
    this.#heads = heads;
    this.#claims = heads.map(() => new Map());
    this.#ignored = heads.map(() => new Map());
  }

  claim(head: number, positive: Positive, match: number): void {
    const key = this.#keyOf(head, positive);
    const held = this.#claims[head]!.get(key);
    if (held === undefined || match > held.match) this.#claims[head]!.set(key, { positive, match });
  }

  ignore(head: number, slot: Ignored): void {
    this.#ignored[head]!.set(this.#keyOf(head, slot), slot);
  }

  /** Ignores every anchor of the cells whose centre lies in the box, and of the cell of its midpoint. */
  ignoreRegion(picture: number, { box: [cx, cy, width, height] }: Truth): void {
    this.#heads.forEach((grid, head) => {
      const { stride, rows, columns, anchors } = grid;
      const middle = cellOf(cx, cy, grid);
      for (let row = 0; row < rows; row++) {
        const insideY = Math.abs((row + 0.5) * stride - cy) < height / 2;
        for (let column = 0; column < columns; column++) {
          const inside = insideY && Math.abs((column + 0.5) * stride - cx) < width / 2;
          if (!inside && !(middle?.row === row && middle.column === column)) continue;
          for (let anchor = 0; anchor < anchors.length; anchor++) this.ignore(head, { picture, anchor, row, column });
        }
      }
    });
  }

  /** What was claimed, and what was ignored without being claimed. */
  result(): Assignment {
    const positives = this.#claims.map((claims) => [...claims.values()].map(({ positive }) => positive));
    const ignored = this.#ignored.map((slots, head) =>
      [...slots].flatMap(([key, slot]) => (this.#claims[head]!.has(key) ? [] : [slot])),
    );
    return { positives, ignored };
  }

  #keyOf(head: number, { picture, anchor, row, column }: Ignored): number {
    const { anchors, rows, columns } = this.#heads[head]!;
    return ((picture * anchors.length + anchor) * rows + row) * columns + column;
  }
}
