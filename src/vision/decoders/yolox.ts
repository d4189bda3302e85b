import type { DecoderOf } from './decoder.js';
import { rows } from './rows.js';
import { bestOf, rowsExactly } from './values.js';

/**
 * YOLOX: rows x, y, w, h, objectness, C classes (reduced: score, class) for the cells of each stride in turn, row-major.
 * centre = (xy + cell) * stride, size = exp(wh) * stride, score = objectness * best class, both after the sigmoid
 * (Megvii YOLOX `demo_postprocess`, `postprocess`). A graph with the grid inside gives plain rows.
 */
export const yolox: DecoderOf<'yolox'> = (spec, reading) => {
  const { output, strides, reduced } = spec;
  if (!spec.raw) return rows({ kind: 'rows', output, reduced }, reading);
  const { classes, input } = reading;
  const width = reduced ? 6 : 5 + classes;
  const grids = strides.map((stride) => ({
    stride,
    columns: Math.floor(input.width / stride),
    rows: Math.floor(input.height / stride),
  }));
  const cells = grids.reduce((sum, grid) => sum + grid.columns * grid.rows, 0);
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const data = rowsExactly(outputs, output, cells, width);
      let at = 0;
      for (const grid of grids) {
        for (let row = 0; row < grid.rows; row++) {
          for (let column = 0; column < grid.columns; column++, at += width) {
            const objectness = data[at + 4];
            if (!(objectness >= floor)) continue;
            const best = reduced ? data[at + 5] : bestOf(data, at + 5, 1, classes);
            if (best < 0) continue;
            const score = reduced ? objectness : Math.fround(objectness * data[at + 5 + best]);
            if (!(score >= floor)) continue;
            const x = (data[at] + column) * grid.stride;
            const y = (data[at + 1] + row) * grid.stride;
            const halfWidth = (Math.exp(data[at + 2]) * grid.stride) / 2;
            const halfHeight = (Math.exp(data[at + 3]) * grid.stride) / 2;
            into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best);
          }
        }
      }
    },
  };
};
