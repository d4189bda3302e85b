import type { Ranked } from './ranked.js';

const MOST_CELLS = 512;

/** A regular grid over the centres of boxes, its cells about half as large as an average box. */
export class Grid {
  #left = 0;
  #top = 0;
  #perX = 0;
  #perY = 0;
  #lastX = 0;
  #lastY = 0;

  /** Lays the grid over some boxes. @returns false where they cannot be told apart by place: float32 areas under- or overflow. */
  fit({ boxes, order, count }: Ranked): boolean {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    let [widths, heights] = [0, 0];
    for (let i = 0; i < count; i++) {
      const at = order[i] * 4;
      const width = boxes[at + 2] - boxes[at];
      const height = boxes[at + 3] - boxes[at + 1];
      if (!(width * height > 1e-30 && width * height < 1e30)) return false;
      const x = (boxes[at] + boxes[at + 2]) / 2;
      const y = (boxes[at + 1] + boxes[at + 3]) / 2;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      widths += width;
      heights += height;
    }
    this.#left = left;
    this.#top = top;
    this.#perX = Math.min((2 * count) / widths, MOST_CELLS / (right - left));
    this.#perY = Math.min((2 * count) / heights, MOST_CELLS / (bottom - top));
    this.#lastX = Math.floor((right - left) * this.#perX);
    this.#lastY = Math.floor((bottom - top) * this.#perY);
    return true;
  }

  column(x: number): number {
    const cell = (x - this.#left) * this.#perX;
    return cell > 0 ? (cell < this.#lastX ? Math.floor(cell) : this.#lastX) : 0;
  }

  row(y: number): number {
    const cell = (y - this.#top) * this.#perY;
    return cell > 0 ? (cell < this.#lastY ? Math.floor(cell) : this.#lastY) : 0;
  }
}
