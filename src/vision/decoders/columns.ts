import type { Candidates } from '../candidates.js';
import { BestClasses } from './best-classes.js';
import type { DecoderOf } from './decoder.js';
import { outputNamed, shapeError } from './values.js';

/**
 * YOLOv8, v11 and their pose variants: N columns of cx, cy, w, h in input px, C class probabilities (reduced: score, class) and
 * K landmarks of D numbers, all decoded in the graph (Ultralytics `Detect.forward`, `Pose.forward` with `export`).
 * score = best class; a landmark without visibility gets 1. Rows in place of columns are read as well.
 */
export const columns: DecoderOf<'columns'> = (spec, { classes }) => {
  const { output, landmarks, landmarkValues, reduced, multiLabel = false } = spec;
  const scores = reduced ? 2 : classes;
  const values = 4 + scores + landmarks * landmarkValues;
  const best = new BestClasses();

  function findBest(data: Float32Array, inColumns: boolean, floor: number): void {
    const count = data.length / values;
    const step = inColumns ? count : 1;
    if (reduced) best.copy(data.subarray(4 * step), data.subarray(5 * step), inColumns ? 1 : values, count);
    else if (inColumns) best.findInColumns(data.subarray(4 * count, (4 + classes) * count), count, floor);
    else best.findInRows(data, values, 4, classes);
  }

  /** The box whose first number is `data[at]`, its next `step` further. */
  function addBox(data: Float32Array, at: number, step: number, score: number, id: number, into: Candidates): void {
    const x = data[at];
    const y = data[at + step];
    const halfWidth = data[at + 2 * step] / 2;
    const halfHeight = data[at + 3 * step] / 2;
    const index = into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, id);
    if (index < 0) return;
    for (let k = 0, place = at + (4 + scores) * step; k < landmarks; k++, place += landmarkValues * step) {
      const visibility = landmarkValues === 3 ? data[place + 2 * step] : 1;
      into.setLandmark(index, k, data[place], data[place + step], visibility);
    }
  }

  return {
    landmarkCount: landmarks,
    decode(outputs, floor, into) {
      const { data, dims } = outputNamed(outputs, output);
      const count = data.length / values;
      const inColumns = dims[dims.length - 2] === values;
      if (!inColumns && dims[dims.length - 1] !== values) {
        throw shapeError(output, `[1, ${values}, N] or [1, N, ${values}]`, dims);
      }
      const step = inColumns ? count : 1;
      findBest(data, inColumns, floor);
      for (let box = 0, at = 0; box < count; box++, at += inColumns ? 1 : values) {
        if (!(best.scores[box] >= floor)) continue;
        if (!multiLabel) addBox(data, at, step, best.scores[box], best.classIds[box], into);
        for (let id = 0; multiLabel && id < classes; id++) {
          const score = data[at + (4 + id) * step];
          if (score >= floor) addBox(data, at, step, score, id, into);
        }
      }
    },
  };
};
