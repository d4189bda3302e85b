/**
 * Letters: N pictures, A anchors per cell, H W cells, C classes, L landmarks, D = 5 + C + 2 L values per anchor,
 * M rows: most positives that a step may hold for one head.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { DetectionHead } from './options.js';

/** The raw values `[M, D]` of the rows: element d of row m lies d H W behind its first, in `[N, A, D, H, W]`. */
export function gatherRows(g: GraphBuilder, map: Value, cells: Value, length: number): Value {
  const [, , height, width] = map.dims as [number, number, number, number];
  const area = g.constant({ type: 'int32', dims: [1], data: new Uint8Array(Int32Array.of(height * width).buffer) });
  const picture = g.op.Div(cells, area);
  const within = g.op.Sub(cells, g.op.Mul(picture, area));
  const first = g.op.Add(g.op.Mul(g.op.Mul(picture, area), int32(g, [length])), within);
  const steps = int32(
    g,
    Array.from({ length }, (_, index) => index * height * width),
  );
  const positions = g.op.Add(g.reshape(first, [-1, 1]), steps);
  return g.op.Gather(g.reshape(map, [-1]), positions);
}

function int32(g: GraphBuilder, values: readonly number[]): Value {
  return g.constant({ type: 'int32', dims: [values.length], data: new Uint8Array(Int32Array.from(values).buffer) });
}

/** Anchor of each row, `[M, 2]`. */
export function anchorsOf(g: GraphBuilder, head: DetectionHead, map: Value, cells: Value): Value {
  const [, , height, width] = map.dims as [number, number, number, number];
  const count = head.anchors.length;
  const anchor = g.op.Mod(g.op.Div(cells, int32(g, [height * width])), int32(g, [count]));
  return g.op.Gather(g.floats(head.anchors.flat(), [count, 2]), anchor);
}

/** Centre 2 s - 0.5 from the cell's corner and size (2 s)^2 anchors, s the sigmoid (YOLOv5, v7), in grid cells. */
export function decodeBoxes(g: GraphBuilder, raw: Value, anchors: Value): Value {
  const doubled = g.op.Mul(g.op.Sigmoid(raw), g.scalar(2));
  const [centre, size] = g.split(doubled, [2, 2], 1) as [Value, Value];
  const box = [g.op.Sub(centre, g.scalar(0.5)), g.op.Mul(g.op.Mul(size, size), anchors)] as const;
  return g.op.Concat(...box, { axis: 1 });
}

/** Splits rows `[M, D]`; undefined for parts of no width. */
export function splitRows(g: GraphBuilder, rows: Value, sizes: readonly number[]): readonly (Value | undefined)[] {
  const parts = [
    ...g.split(
      rows,
      sizes.filter((size) => size > 0),
      1,
    ),
  ];
  return sizes.map((size) => (size > 0 ? parts.shift() : undefined));
}
