import type { AnchorHead } from '#core/card.js';
import type { RawOutput } from '#core/tensor.js';
import type { Candidates } from '../candidates.js';
import type { Decoder, DecoderOf, Reading } from './decoder.js';
import { bestOf, logitFloor, outputNamed, shapeError, sigmoid } from './values.js';

type Spec = Parameters<DecoderOf<'anchor-grid'>>[0];

/** Distances between neighbours in a head's data. */
interface Steps {
  readonly anchor: number;
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/**
 * Raw heads of anchor boxes. With t the five numbers and the class logits of one anchor (w, h) in the cell (column, row):
 *
 * - centre = (s * sigmoid(t0) - (s - 1) / 2 + column) * stride, the same with t1 and row; s is the grid scale
 * - size = w * exp(t2), h * exp(t3), or with `sigmoid` sizes w * (2 * sigmoid(t2))^2
 * - score = sigmoid(t4) * sigmoid of the best class logit, or * its softmax
 *
 * Sources: darknet `region_layer.c` (v2: s = 1, exp, softmax) and `yolo_layer.c` (v3: s = 1, v4: scale_x_y), Ultralytics YOLOv5 and
 * YOLOv7 `Detect.forward` (s = 2, sigmoid sizes). One candidate per anchor, of its best class, as in their `detect.py` and OpenCV's
 * samples; with `activated: 'scores'` t4 and the classes come after their sigmoid; darknet itself reports every class above the threshold, which is `multiLabel`.
 */
export const anchorGrid: DecoderOf<'anchor-grid'> = (spec, reading) => {
  const heads = spec.heads.map((head) => createHead(head, spec, reading));
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      for (const decodeHead of heads) decodeHead(outputs, floor, into);
    },
  };
};

function createHead(head: AnchorHead, spec: Spec, { classes, input }: Reading): Decoder['decode'] {
  const columns = Math.ceil(input.width / head.stride);
  const rows = Math.ceil(input.height / head.stride);
  const emit = createEmit(head, spec, classes);
  return (outputs: RawOutput, floor: number, into: Candidates) => {
    const { data, dims } = outputNamed(outputs, head.output);
    const steps = stepsOf(dims, { anchors: head.anchors.length, values: 5 + classes, rows, columns });
    if (!steps) {
      const expected = `[1, ${head.anchors.length}*(5+${classes}), ${rows}, ${columns}] or the same in another order`;
      throw shapeError(head.output, expected, dims);
    }
    const least = spec.activated ? floor : logitFloor(floor);
    const toObjectness = 4 * steps.value;
    for (let anchor = 0; anchor < head.anchors.length; anchor++) {
      for (let row = 0; row < rows; row++) {
        let at = anchor * steps.anchor + row * steps.row;
        for (let column = 0; column < columns; column++, at += steps.column) {
          if (data[at + toObjectness] >= least) emit({ data, at, step: steps.value, anchor, column, row }, floor, into);
        }
      }
    }
  };
}

/** One anchor of one cell: `data[at + i * step]` is its i-th number. */
interface Place {
  readonly data: Float32Array;
  readonly at: number;
  readonly step: number;
  readonly anchor: number;
  readonly column: number;
  readonly row: number;
}

function createEmit(head: AnchorHead, spec: Spec, classes: number) {
  const { stride, anchors } = head;
  const scale = head.gridScale ?? spec.gridScale;
  const shift = (scale - 1) / 2;
  const multiLabel = spec.multiLabel && spec.classes !== 'none';
  const asIs = (value: number) => value;
  const probability = spec.activated ? asIs : sigmoid;
  const squash = spec.activated === true ? asIs : sigmoid;
  const size = spec.sizes === 'exp' ? Math.exp : (value: number) => 4 * squash(value) * squash(value);
  const classScore = {
    sigmoid: probability,
    softmax: (logit: number, most: number) => Math.exp(logit - most),
    none: () => 1,
  }[spec.classes];

  /** What the class scores have to be multiplied by: objectness, and for a softmax its denominator. */
  function factorOf({ data, at, step }: Place, most: number): number {
    const objectness = probability(data[at + 4 * step]);
    if (spec.classes !== 'softmax') return objectness;
    let sum = 0;
    for (let id = 0; id < classes; id++) sum += Math.exp(data[at + (5 + id) * step] - most);
    return objectness / sum;
  }

  return (place: Place, floor: number, into: Candidates): void => {
    const { data, at, step, column, row } = place;
    const best = spec.classes === 'none' ? 0 : bestOf(data, at + 5 * step, step, classes);
    if (best < 0) return;
    const most = data[at + (5 + best) * step];
    const [x, y, w, h] = [data[at], data[at + step], data[at + 2 * step], data[at + 3 * step]];
    // Sigmoids would make finite numbers of infinite ones.
    if ((x + y + w + h + data[at + 4 * step] + most) * 0 !== 0) return;
    const factor = factorOf(place, most);
    const centreX = (scale * squash(x) - shift + column) * stride;
    const centreY = (scale * squash(y) - shift + row) * stride;
    const halfWidth = (anchors[place.anchor][0] * size(w)) / 2;
    const halfHeight = (anchors[place.anchor][1] * size(h)) / 2;
    const last = multiLabel ? classes - 1 : best;
    for (let id = multiLabel ? 0 : best; id <= last; id++) {
      const score = Math.fround(factor * classScore(data[at + (5 + id) * step], most));
      if (!(score >= floor)) continue;
      into.add(centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, id);
    }
  };
}

/** Tells the order of a head's dimensions by their sizes; undefined where it is none of the known ones. */
function stepsOf(
  dims: readonly number[],
  { anchors: a, values: k, rows: h, columns: w }: { anchors: number; values: number; rows: number; columns: number },
): Steps | undefined {
  const orders: readonly [readonly number[], Steps][] = [
    [[a * k, h, w], { anchor: k * h * w, value: h * w, row: w, column: 1 }],
    [[a, h, w, k], { anchor: h * w * k, row: w * k, column: k, value: 1 }],
    [[a, k, h, w], { anchor: k * h * w, value: h * w, row: w, column: 1 }],
    [[h, w, a, k], { row: w * a * k, column: a * k, anchor: k, value: 1 }],
    [[h, w, a * k], { row: w * a * k, column: a * k, anchor: k, value: 1 }],
  ];
  const found = dims.join();
  return orders.find(([order]) => found === order.join() || found === [1, ...order].join())?.[1];
}
