import type { DecoderOf } from './decoder.js';
import { bestOf, rowsExactly } from './values.js';

const FACE_POINTS = 5;

/**
 * RetinaFace: regression against square priors at the centres of the cells, row-major, the sizes of a cell in succession.
 * With prior centre p, size s and variances v0, v1: centre = p + t * v0 * s, size = s * exp(t * v1), point = p + t * v0 * s
 * (biubug6 Pytorch_Retinaface `PriorBox`, `decode`, `decode_landm`). Scores: background, then C probabilities.
 */
export const retinaface: DecoderOf<'retinaface'> = (spec, { classes, input, landmarks = FACE_POINTS }) => {
  const landmarkCount = spec.landmarks ? landmarks : 0;
  const [v0, v1] = spec.variances;
  const priors = priorsOf(spec.priors, input); // [P, 3]: centre x, centre y, size
  const count = priors.length / 3;
  return {
    landmarkCount,
    decode(outputs, floor, into) {
      const scores = rowsExactly(outputs, spec.scores, count, 1 + classes);
      const boxes = rowsExactly(outputs, spec.boxes, count, 4);
      const points = spec.landmarks ? rowsExactly(outputs, spec.landmarks, count, 2 * landmarkCount) : boxes;
      for (let row = 0; row < count; row++) {
        const best = classes === 1 ? 0 : bestOf(scores, row * (1 + classes) + 1, 1, classes);
        if (best < 0) continue;
        const score = scores[row * (1 + classes) + 1 + best];
        if (!(score >= floor)) continue;
        const [priorX, priorY, size] = [priors[row * 3], priors[row * 3 + 1], priors[row * 3 + 2]];
        const at = row * 4;
        const x = priorX + boxes[at] * v0 * size;
        const y = priorY + boxes[at + 1] * v0 * size;
        const halfWidth = (size * Math.exp(boxes[at + 2] * v1)) / 2;
        const halfHeight = (size * Math.exp(boxes[at + 3] * v1)) / 2;
        const index = into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best);
        if (index < 0) continue;
        for (let k = 0, place = row * 2 * landmarkCount; k < landmarkCount; k++, place += 2) {
          into.setLandmark(index, k, priorX + points[place] * v0 * size, priorY + points[place + 1] * v0 * size, 1);
        }
      }
    },
  };
};

function priorsOf(
  levels: Parameters<DecoderOf<'retinaface'>>[0]['priors'],
  input: { width: number; height: number },
): Float64Array {
  const priors: number[] = [];
  for (const { stride, sizes } of levels) {
    for (let row = 0; row < Math.ceil(input.height / stride); row++) {
      for (let column = 0; column < Math.ceil(input.width / stride); column++) {
        for (const size of sizes) priors.push((column + 0.5) * stride, (row + 0.5) * stride, size);
      }
    }
  }
  return Float64Array.from(priors);
}
