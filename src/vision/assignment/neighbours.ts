import { RATIO_LIMIT, sizeIou, sizeRatio } from '../anchors/fitness.js';
import { Slots } from './slots.js';
import { type Assign, cellOf, type HeadGrid, type Truth } from './types.js';

/**
 * The rule of YOLOv5 (`utils/loss.py`, `build_targets`): on every head, every anchor whose sides differ from the object's
 * by less than the ratio limit is trained on it, in the cell of its midpoint and in the nearer neighbour of each axis
 * (the midpoint less than half a cell away, not beyond the grid's edge). Where several objects want one slot the one
 * with the highest size IoU gets it; YOLOv5 trains the slot on all of them at once.
 */
export function neighbourAssignment({ ratioLimit = RATIO_LIMIT }: { readonly ratioLimit?: number } = {}): Assign {
  return (pictures, heads) => {
    const slots = new Slots(heads);
    pictures.forEach((truths, picture) => {
      truths.forEach((truth, index) => {
        if (truth.ignored === true) slots.ignoreRegion(picture, truth);
        else place({ slots, heads, picture, truth, index, ratioLimit });
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
  readonly ratioLimit: number;
}

function place({ slots, heads, picture, truth, index, ratioLimit }: Placement): void {
  const [cx, cy, width, height] = truth.box;
  if (!(width > 0 && height > 0)) return;
  heads.forEach((grid, head) => {
    const cells = cellsNear(cx, cy, grid);
    grid.anchors.forEach((size, anchor) => {
      if (!(sizeRatio(size, [width, height]) > 1 / ratioLimit)) return;
      const match = sizeIou(size, [width, height]);
      for (const cell of cells) slots.claim(head, { picture, anchor, truth: index, ...cell }, match);
    });
  });
}

/** The cell of a point and the nearer neighbour on each axis, as far as the grid goes. */
export function cellsNear(x: number, y: number, grid: HeadGrid): { row: number; column: number }[] {
  const cell = cellOf(x, y, grid);
  if (cell === undefined) return [];
  const { row, column } = cell;
  const cells = [cell];
  const besideX = nearer(x / grid.stride - column);
  const besideY = nearer(y / grid.stride - row);
  if (besideX !== 0 && column + besideX >= 0 && column + besideX < grid.columns) {
    cells.push({ row, column: column + besideX });
  }
  if (besideY !== 0 && row + besideY >= 0 && row + besideY < grid.rows) cells.push({ row: row + besideY, column });
  return cells;
}

/** The neighbour that a point at this fraction of a cell is nearer to; none in the exact middle. */
function nearer(fraction: number): -1 | 0 | 1 {
  return fraction < 0.5 ? -1 : fraction > 0.5 ? 1 : 0;
}
