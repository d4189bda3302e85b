import type { DecoderOf } from './decoder.js';
import { rowsExactly } from './values.js';

/**
 * Yolo-FastestV2: one row per cell of each head in turn, row-major: A boxes of 4, A objectnesses, C class probabilities that
 * the anchors share, all after their activation (`Detector.forward` with `export_onnx`, whose outputs, one per head, may be joined).
 * centre = (2 * xy - 0.5 + cell) * stride, size = (2 * wh)^2 * anchor, score = objectness * class (`utils.handel_preds`). Every class
 * that reaches the floor is a candidate of its own (`utils.non_max_suppression`, `multi_label`).
 */
export const yoloFastestV2: DecoderOf<'yolo-fastest-v2'> = ({ output, heads }, { classes, input }) => {
  const grids = heads.map((head) => ({
    ...head,
    columns: Math.ceil(input.width / head.stride),
    rows: Math.ceil(input.height / head.stride),
  }));
  const cells = grids.reduce((sum, grid) => sum + grid.columns * grid.rows, 0);
  const anchorCount = heads[0].anchors.length;
  const width = anchorCount * 5 + classes;
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const joined = typeof output === 'string' ? rowsExactly(outputs, output, cells, width) : undefined;
      let at = 0;
      for (const [head, { stride, anchors, columns, rows }] of grids.entries()) {
        const data = joined ?? rowsExactly(outputs, output[head], columns * rows, width);
        if (!joined) at = 0;
        for (let cell = 0; cell < columns * rows; cell++, at += width) {
          for (let a = 0; a < anchorCount; a++) {
            const objectness = data[at + 4 * anchorCount + a];
            if (!(objectness >= floor)) continue;
            const box = at + 4 * a;
            const x = (2 * data[box] - 0.5 + (cell % columns)) * stride;
            const y = (2 * data[box + 1] - 0.5 + Math.floor(cell / columns)) * stride;
            const halfWidth = (4 * data[box + 2] * data[box + 2] * anchors[a][0]) / 2;
            const halfHeight = (4 * data[box + 3] * data[box + 3] * anchors[a][1]) / 2;
            for (let id = 0; id < classes; id++) {
              const score = Math.fround(objectness * data[at + 5 * anchorCount + id]);
              if (score >= floor) into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, id);
            }
          }
        }
      }
    },
  };
};
