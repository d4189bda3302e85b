import type { Anchor } from '#core/card.js';
import type { Tail } from '#nn/inference.js';
import type { GraphBuilder, Value } from '#onnx/builder.js';

// A anchors of a head, C classes, D = 5 + C values, H W cells, R rows of all heads.

export interface DecodedHead {
  readonly output: string;
  readonly stride: number;
  /** Input px. */
  readonly anchors: readonly Anchor[];
}

/** Name of the output of decoded rows. */
export const ROWS = 'rows';

/**
 * Decodes raw heads inside the graph to one output `[1, R, D]`: cx, cy, w, h in input px, objectness, class probabilities, as
 * YOLOv5's exports have it. For programs that do not know anchors; lookout itself reads raw heads faster.
 */
export function decodedTail(heads: readonly DecodedHead[], classes: 'sigmoid' | 'softmax'): Tail {
  return (g, outputs) => {
    const rows = heads.map((head) => headRows(g, outputs[head.output]!, head, classes)) as [Value, ...Value[]];
    return { [ROWS]: rows.length === 1 ? rows[0] : g.op.Concat(...rows, { axis: 1 }) };
  };
}

function headRows(
  g: GraphBuilder,
  map: Value,
  { stride, anchors }: DecodedHead,
  classes: 'sigmoid' | 'softmax',
): Value {
  const [, channels, H, W] = map.dims as [number, number, number, number];
  const A = anchors.length;
  const D = channels / A;
  const raw = g.op.Transpose(g.reshape(map, [A, D, H * W]), { perm: [0, 2, 1] });
  const [place, size, objectness, scores] = g.split(raw, [2, 2, 1, D - 5], 2) as [Value, Value, Value, Value];
  const cells = Array.from({ length: H * W }, (_, cell) => [(cell % W) - 0.5, Math.floor(cell / W) - 0.5]).flat();
  const doubled = g.op.Mul(g.op.Sigmoid(place), g.scalar(2));
  const centre = g.op.Mul(g.op.Add(doubled, g.floats(cells, [1, H * W, 2])), g.scalar(stride));
  const doubledSize = g.op.Mul(g.op.Sigmoid(size), g.scalar(2));
  const sides = g.op.Mul(g.op.Mul(doubledSize, doubledSize), g.floats(anchors.flat(), [A, 1, 2]));
  const probabilities = classes === 'softmax' ? g.op.Softmax(scores, { axis: 2 }) : g.op.Sigmoid(scores);
  const rows = g.op.Concat(centre, sides, g.op.Sigmoid(objectness), probabilities, { axis: 2 });
  return g.reshape(rows, [1, A * H * W, D]);
}
