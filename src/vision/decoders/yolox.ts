import type { Candidates } from '../candidates.js';
import type { DecoderOf } from './decoder.js';
import { rows } from './rows.js';
import { bestOf, rowsExactly } from './values.js';

/**
 * YOLOX: rows x, y, w, h, objectness, C classes (reduced: score, class) for the cells of each stride in turn, row-major.
 * centre = (xy + cell) * stride, size = exp(wh) * stride, score = objectness * best class, both after the sigmoid
 * (Megvii YOLOX `demo_postprocess`, `postprocess`). A graph with the grid inside gives plain rows.
 */
export const yolox: DecoderOf<'yolox'> = (spec, reading) => {
  const { output, strides, reduced, multiLabel = false } = spec;
  if (!spec.raw) return rows({ kind: 'rows', output, reduced, multiLabel }, reading);
  const { classes, input } = reading;
  const width = reduced ? 6 : 5 + classes;
  const grids = strides.map((stride) => ({
    stride,
    columns: Math.floor(input.width / stride),
    rows: Math.floor(input.height / stride),
  }));
  const cells = grids.reduce((sum, grid) => sum + grid.columns * grid.rows, 0);

  function addCell(data: Float32Array, at: number, cell: Cell, floor: number, into: Candidates): void {
    const best = reduced ? data[at + 5] : bestOf(data, at + 5, 1, classes);
    const last = multiLabel ? classes - 1 : best;
    const { stride } = cell;
    const x = (data[at] + cell.column) * stride;
    const y = (data[at + 1] + cell.row) * stride;
    const halfWidth = (Math.exp(data[at + 2]) * stride) / 2;
    const halfHeight = (Math.exp(data[at + 3]) * stride) / 2;
    for (let id = multiLabel ? 0 : best; id >= 0 && id <= last; id++) {
      const score = reduced ? data[at + 4] : Math.fround(data[at + 4] * data[at + 5 + id]);
      if (score >= floor) into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, id);
    }
  }

  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const data = rowsExactly(outputs, output, cells, width);
      let at = 0;
      for (const { stride, columns, rows } of grids) {
        for (let cell = 0; cell < columns * rows; cell++, at += width) {
          if (!(data[at + 4] >= floor)) continue;
          addCell(data, at, { stride, column: cell % columns, row: Math.floor(cell / columns) }, floor, into);
        }
      }
    },
  };
};

interface Cell {
  readonly stride: number;
  readonly column: number;
  readonly row: number;
}
