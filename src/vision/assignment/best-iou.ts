import { sizeIou } from '../anchors/fitness.js';
import { Slots } from './slots.js';
import { type Assign, cellOf, type HeadGrid, type Truth } from './types.js';

/**
 * The rule of the YOLO papers: an object belongs to the cell that holds its midpoint and there to the one anchor, of all
 * heads, whose size has the highest IoU with it (the finest head's first among equals). Other anchors of such a cell whose
 * IoU passes the threshold are ignored (YOLOv3, arXiv:1804.02767, section 2.1: 0.5). Objects without area or with the
 * midpoint outside are nobody's.
 */
export function bestIouAssignment({ ignoreIou = 0.5 }: { readonly ignoreIou?: number } = {}): Assign {
  return (pictures, heads) => {
    const slots = new Slots(heads);
    pictures.forEach((truths, picture) => {
      truths.forEach((truth, index) => {
        if (truth.ignored === true) slots.ignoreRegion(picture, truth);
        else placeBest({ slots, heads, picture, truth, index, ignoreIou });
      });
    });
    return slots.result();
  };
}

interface Placement {
  readonly slots: Slots;
  readonly heads: readonly HeadGrid[];
  readonly picture: number;
  readonly truth: Truth;
  readonly index: number;
  readonly ignoreIou: number;
}

function placeBest({ slots, heads, picture, truth, index, ignoreIou }: Placement): void {
  const [cx, cy, width, height] = truth.box;
  let best = { head: -1, anchor: -1, match: 0 };
  const alike: { head: number; anchor: number }[] = [];
  heads.forEach((grid, head) => {
    grid.anchors.forEach((size, anchor) => {
      const match = sizeIou(size, [width, height]);
      if (match > best.match) best = { head, anchor, match };
      if (match > ignoreIou) alike.push({ head, anchor });
    });
  });
  for (const { head, anchor } of alike) {
    const cell = cellOf(cx, cy, heads[head]!);
    if (cell !== undefined) slots.ignore(head, { picture, anchor, ...cell });
  }
  if (best.head < 0) return;
  const cell = cellOf(cx, cy, heads[best.head]!);
  if (cell !== undefined) slots.claim(best.head, { picture, anchor: best.anchor, truth: index, ...cell }, best.match);
}
