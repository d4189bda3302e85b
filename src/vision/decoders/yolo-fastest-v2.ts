import type { DecoderOf } from './decoder.js';
import { bestOf, rowsExactly } from './values.js';

/**
 * Yolo-FastestV2: one row per cell of each head in turn, row-major: A boxes of 4, A objectnesses, C class probabilities that
 * the anchors share, all after the sigmoid (`Detector.forward` with `export_onnx`, concatenated).
 * centre = (2 * xy - 0.5 + cell) * stride, size = (2 * wh)^2 * anchor, score = objectness * best class (`utils.handel_preds`).
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
      const data = rowsExactly(outputs, output, cells, width);
      let at = 0;
      for (const { stride, anchors, columns, rows } of grids) {
        for (let cell = 0; cell < columns * rows; cell++, at += width) {
          let best = -2; // not looked for yet
          for (let a = 0; a < anchorCount; a++) {
            const objectness = data[at + 4 * anchorCount + a];
            if (!(objectness >= floor)) continue;
            if (best === -2) best = bestOf(data, at + 5 * anchorCount, 1, classes);
            if (best < 0) break;
            const score = Math.fround(objectness * data[at + 5 * anchorCount + best]);
            if (!(score >= floor)) continue;
            const box = at + 4 * a;
            const x = (2 * data[box] - 0.5 + (cell % columns)) * stride;
            const y = (2 * data[box + 1] - 0.5 + Math.floor(cell / columns)) * stride;
            const halfWidth = (4 * data[box + 2] * data[box + 2] * anchors[a][0]) / 2;
            const halfHeight = (4 * data[box + 3] * data[box + 3] * anchors[a][1]) / 2;
            into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best);
          }
        }
      }
    },
  };
};
