/**
 * Calls `visit(row, column, iou)` for each pair of boxes that overlap, rows ascending. Boxes lie flat, `[x1, y1, x2, y2]`
 * after each other. A sweep over x: O(n log n + pairs that overlap in x), not n * m. Boxes without area overlap nothing.
 */
export class Overlap {
  #order: number[] = [];
  #left = new Float64Array(16);

  each(
    a: { readonly boxes: Float64Array; readonly count: number },
    b: { readonly boxes: Float64Array; readonly count: number },
    on: { visit(row: number, column: number, iou: number): void; endRow(): void },
  ): void {
    const widest = this.#sort(b.boxes, b.count);
    for (let row = 0; row < a.count; row++) {
      const x1 = a.boxes[row * 4];
      const x2 = a.boxes[row * 4 + 2];
      for (let k = this.#firstFrom(x1 - widest, b.count); k < b.count && this.#left[k] < x2; k++) {
        const iou = iouOf(a.boxes, row * 4, b.boxes, this.#order[k] * 4);
        if (iou > 0) on.visit(row, this.#order[k], iou);
      }
      on.endRow();
    }
  }

  /** Orders the columns by their left edge, ties by index; returns the largest width. */
  #sort(boxes: Float64Array, count: number): number {
    this.#order.length = count;
    let widest = 0;
    for (let i = 0; i < count; i++) {
      this.#order[i] = i;
      widest = Math.max(widest, boxes[i * 4 + 2] - boxes[i * 4]);
    }
    this.#order.sort((i, j) => boxes[i * 4] - boxes[j * 4] || i - j);
    if (count > this.#left.length) this.#left = new Float64Array(count * 2);
    for (let k = 0; k < count; k++) this.#left[k] = boxes[this.#order[k] * 4];
    return widest;
  }

  #firstFrom(x: number, count: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#left[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** IoU of the box at offset i of `a` and the one at offset j of `b`; 0 where either has no area. */
export function iouOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const width = Math.min(a[i + 2], b[j + 2]) - Math.max(a[i], b[j]);
  if (!(width > 0)) return 0;
  const height = Math.min(a[i + 3], b[j + 3]) - Math.max(a[i + 1], b[j + 1]);
  if (!(height > 0)) return 0;
  const shared = width * height;
  return shared / ((a[i + 2] - a[i]) * (a[i + 3] - a[i + 1]) + (b[j + 2] - b[j]) * (b[j + 3] - b[j + 1]) - shared);
}
