import type { Candidates } from '../candidates.js';
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

  return {
    landmarkCount: landmarks,
    decode(outputs, floor, into) {
      const { data, dims } = outputNamed(outputs, output);
      const count = data.length / values;
      const last = dims[dims.length - 1];
      const inColumns = dims.length > 1 && dims[dims.length - 2] === values;
      if (!inColumns && last !== values) throw shapeError(output, `[1, ${values}, N] or [1, N, ${values}]`, dims);
      const perValue = inColumns ? count : 1;
      const perBox = inColumns ? 1 : values;
      if (!reduced) best.find(data, { at: 4 * perValue, perValue, perBox, classes, count }, floor);
      for (let box = 0, at = 0; box < count; box++, at += perBox) {
        const score = reduced ? data[at + 4 * perValue] : best.scores[box];
        if (!(score >= floor)) continue;
        const classId = reduced ? data[at + 5 * perValue] : best.classIds[box];
        if (!multiLabel) addBox(data, at, perValue, score, classId, into);
        else
          for (let id = 0; id < classes; id++) {
            const itsScore = data[at + (4 + id) * perValue];
            if (itsScore >= floor) addBox(data, at, perValue, itsScore, id, into);
          }
      }
    },
  };

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
};

/** Best class of each box, found class by class: the scores of one class lie side by side. */
class BestClasses {
  /** -Infinity where no class reaches the floor. */
  scores = new Float32Array(0);
  classIds = new Int32Array(0);

  find(
    data: Float32Array,
    layout: { at: number; perValue: number; perBox: number; classes: number; count: number },
    floor: number,
  ): void {
    const { at, perValue, perBox, classes, count } = layout;
    if (this.scores.length < count) {
      this.scores = new Float32Array(count);
      this.classIds = new Int32Array(count);
    }
    const { scores, classIds } = this;
    scores.fill(-Infinity, 0, count);
    for (let classId = 0; classId < classes; classId++) {
      for (let box = 0, place = at + classId * perValue; box < count; box++, place += perBox) {
        const score = data[place];
        if (score >= floor && score > scores[box]) {
          scores[box] = score;
          classIds[box] = classId;
        }
      }
    }
  }
}
