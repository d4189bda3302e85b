import type { RawOutput } from '#core/tensor.js';
import type { DecoderOf } from './decoder.js';
import { outputNamed, rowsExactly, shapeError, sigmoid } from './values.js';

interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Writes maps of logits `[1, channels, H, W]` as rows of probabilities, cell by cell: a sigmoid, for the classes a softmax. */
function joinMaps(
  outputs: RawOutput,
  names: readonly string[],
  { columns, rows }: Grid,
  { channels, joined }: { readonly channels: readonly number[]; readonly joined: Float32Array },
): Float32Array {
  const cells = columns * rows;
  const width = joined.length / cells;
  let first = 0;
  for (const [part, count] of channels.entries()) {
    const { data, dims } = outputNamed(outputs, names[part]);
    const expected = [count, rows, columns];
    if (dims.slice(-3).join() !== expected.join()) throw shapeError(names[part], `[1, ${expected.join(', ')}]`, dims);
    const isClasses = part === channels.length - 1;
    // A sigmoid would make finite numbers of infinite ones.
    const activate = (logit: number) => (isClasses ? logit : logit * 0 === 0 ? sigmoid(logit) : Number.NaN);
    for (let cell = 0; cell < cells; cell++) {
      const to = joined.subarray(cell * width + first, cell * width + first + count);
      for (let at = 0; at < count; at++) to[at] = activate(data[at * cells + cell]);
      if (isClasses) softmax(to);
    }
    first += count;
  }
  return joined;
}

function softmax(values: Float32Array): void {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] = Math.exp(values[at] - most);
  for (let at = 0; at < values.length; at++) values[at] /= sum;
}

/**
 * Yolo-FastestV2: one row per cell of each head in turn, row-major: A boxes of 4, A objectnesses, C class probabilities that
 * the anchors share, all after their activation (`Detector.forward` with `export_onnx`, whose outputs, one per head, may be joined; raw maps without).
 * centre = (2 * xy - 0.5 + cell) * stride, size = (2 * wh)^2 * anchor, score = objectness * class (`utils.handel_preds`). Every class
 * that reaches the floor is a candidate of its own (`utils.non_max_suppression`, `multi_label`).
 */
export const yoloFastestV2: DecoderOf<'yolo-fastest-v2'> = ({ output, heads, raw }, { classes, input }) => {
  const grids = heads.map((head) => ({
    ...head,
    columns: Math.ceil(input.width / head.stride),
    rows: Math.ceil(input.height / head.stride),
  }));
  const cells = grids.reduce((sum, grid) => sum + grid.columns * grid.rows, 0);
  const anchorCount = heads[0].anchors.length;
  const width = anchorCount * 5 + classes;
  const channels = [4 * anchorCount, anchorCount, classes];
  const joinedMaps = raw ? grids.map(({ columns, rows }) => new Float32Array(columns * rows * width)) : [];
  const mapsOf = (outputs: RawOutput, head: number) => {
    const names = output.slice(3 * head, 3 * head + 3) as string[];
    return joinMaps(outputs, names, grids[head], { channels, joined: joinedMaps[head] });
  };
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const joined = typeof output === 'string' ? rowsExactly(outputs, output, cells, width) : undefined;
      let at = 0;
      for (const [head, { stride, anchors, columns, rows }] of grids.entries()) {
        const data =
          joined ?? (raw ? mapsOf(outputs, head) : rowsExactly(outputs, output[head], columns * rows, width));
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
