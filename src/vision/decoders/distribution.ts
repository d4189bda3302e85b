import type { Candidates } from '../candidates.js';
import type { Decoder, DecoderOf, Reading } from './decoder.js';
import { bestOf, logitFloor, outputNamed, shapeError, sigmoid } from './values.js';

type Spec = Parameters<DecoderOf<'distribution'>>[0];

/**
 * Raw maps of YOLOv8's head: 4 distributions of `bins` logits, C class logits, K landmarks of x, y, visibility.
 *
 * - distance of a side = sum over i of i * softmax(logits)[i], in strides from the cell's centre (column + 0.5, row + 0.5): left,
 *   top, right, bottom (distribution focal loss, Li et al. 2020, arXiv:2006.04388; Ultralytics `DFL`, `dist2bbox`)
 * - score = sigmoid of the best class logit
 * - landmark = (2 * t + (column, row)) * stride, visibility = sigmoid (derronqi yolov8-face `Pose.kpts_decode`: anchor - 0.5)
 */
export const distribution: DecoderOf<'distribution'> = (spec, reading) => {
  const heads = spec.heads.map((head) => createHead(head, spec, reading));
  return {
    landmarkCount: spec.landmarks,
    decode(outputs, floor, into) {
      for (const decode of heads) decode(outputs, floor, into);
    },
  };
};

function createHead(head: Spec['heads'][number], spec: Spec, { classes, input }: Reading): Decoder['decode'] {
  const { stride } = head;
  const { bins, landmarks } = spec;
  const columns = Math.ceil(input.width / stride);
  const rows = Math.ceil(input.height / stride);
  const cells = columns * rows;
  const channels = 4 * bins + classes + 3 * landmarks;
  const expected = [1, channels, rows, columns];
  return (outputs, floor, into) => {
    const { data, dims } = outputNamed(outputs, head.output);
    if (dims.slice(-3).join() !== expected.slice(1).join())
      throw shapeError(head.output, `[${expected.join(', ')}]`, dims);
    const least = logitFloor(floor);
    for (let cell = 0; cell < cells; cell++) {
      const best = classes === 1 ? 0 : bestOf(data, cell + 4 * bins * cells, cells, classes);
      if (best < 0) continue;
      const logit = data[cell + (4 * bins + best) * cells];
      if (!(logit >= least && logit < Infinity)) continue;
      const score = Math.fround(sigmoid(logit));
      if (!(score >= floor)) continue;
      const column = cell % columns;
      const row = Math.floor(cell / columns);
      const [left, top, right, bottom] = [0, 1, 2, 3].map((side) =>
        expectation(data, cell + side * bins * cells, cells, bins),
      );
      const index = into.add(
        (column + 0.5 - left) * stride,
        (row + 0.5 - top) * stride,
        (column + 0.5 + right) * stride,
        (row + 0.5 + bottom) * stride,
        score,
        best,
      );
      if (index >= 0) addLandmarks(data, { at: cell + (4 * bins + classes) * cells, cells, column, row }, index, into);
    }
  };

  function addLandmarks(
    data: Float32Array,
    { at, cells, column, row }: { at: number; cells: number; column: number; row: number },
    index: number,
    into: Candidates,
  ): void {
    for (let k = 0, place = at; k < landmarks; k++, place += 3 * cells) {
      const x = (2 * data[place] + column) * stride;
      const y = (2 * data[place + cells] + row) * stride;
      into.setLandmark(index, k, x, y, sigmoid(data[place + 2 * cells]));
    }
  }
}

/** Mean of the distribution whose logits are `data[at + i * step]`; NaN where one of them is not finite or all are far apart. */
function expectation(data: Float32Array, at: number, step: number, bins: number): number {
  let most = -Infinity;
  for (let i = 0; i < bins; i++) most = Math.max(most, data[at + i * step]);
  let [sum, weighted] = [0, 0];
  for (let i = 0; i < bins; i++) {
    const weight = Math.exp(data[at + i * step] - most);
    sum += weight;
    weighted += i * weight;
  }
  return weighted / sum;
}
