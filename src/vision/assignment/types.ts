import type { CentredBox } from '#core/box.js';
import type { Anchor } from '#core/card.js';

// M positives of one head, A anchors, H rows and W columns of cells.

/** One object of one picture of the batch, in input px. */
export interface Truth {
  readonly box: CentredBox;
  readonly classId: number;
  /** Crowd or difficult: what is predicted there is neither right nor wrong. */
  readonly ignored?: boolean;
}

/** The grid of one head. */
export interface HeadGrid {
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
  /** Input px. */
  readonly anchors: readonly Anchor[];
}

/** A cell's anchor that is to find an object. */
export interface Positive {
  readonly picture: number;
  readonly anchor: number;
  readonly row: number;
  readonly column: number;
  /** Index into the picture's truths. */
  readonly truth: number;
}

/** Anchors of cells whose objectness must not be judged. */
export type Ignored = Omit<Positive, 'truth'>;

/** What each head has to learn from a batch, by head. */
export interface Assignment {
  readonly positives: readonly (readonly Positive[])[];
  readonly ignored: readonly (readonly Ignored[])[];
}

/** Finds out which anchors of which cells are responsible for which objects. */
export type Assign = (pictures: readonly (readonly Truth[])[], heads: readonly HeadGrid[]) => Assignment;

/** The cell that holds a point, or undefined beyond the grid. */
export function cellOf(
  x: number,
  y: number,
  { stride, rows, columns }: HeadGrid,
): { row: number; column: number } | undefined {
  const column = Math.floor(x / stride);
  const row = Math.floor(y / stride);
  return column >= 0 && row >= 0 && column < columns && row < rows ? { row, column } : undefined;
}
