import { Assignment } from '#vision/tracking/assignment.js';

/** Truth and prediction of a match, as positions in the frame. */
export type Match = readonly [truth: number, predicted: number];

/** The one-to-one matching with the largest sum of gains; pairs of gain 0 are not matched. */
export class BestMatching {
  #assignment = new Assignment();

  /** @param gain `[rows, columns]`, at least 0 */
  of(gain: Float64Array, rows: number, columns: number): Match[] {
    this.#assignment.begin(columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = gain[row * columns + column];
        if (value > 0) this.#assignment.pair(column, -value);
      }
      this.#assignment.endRow();
    }
    const columnOf = this.#assignment.solve(0);
    const matches: Match[] = [];
    for (let row = 0; row < rows; row++) if (columnOf[row] >= 0) matches.push([row, columnOf[row]]);
    return matches;
  }
}
