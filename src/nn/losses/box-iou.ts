/**
 * Overlap of boxes as graph operators. Letters: M boxes; boxes are `[M, 4]` centre x, centre y, width, height in any one
 * unit; every result is `[M, 1]`.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';

/** IoU alone, or with a penalty for what lies apart: GIoU (Rezatofighi et al. 2019), DIoU and CIoU (Zheng et al. 2020). */
export type BoxMeasure = 'iou' | 'giou' | 'diou' | 'ciou';

/** Against division by zero, as in the YOLO implementations. */
const EPSILON = 1e-7;

interface Corners {
  readonly width: Value;
  readonly height: Value;
  readonly left: Value;
  readonly top: Value;
  readonly right: Value;
  readonly bottom: Value;
  readonly cx: Value;
  readonly cy: Value;
}

function cornersOf(g: GraphBuilder, boxes: Value): Corners {
  const [cx, cy, width, height] = g.split(boxes, [1, 1, 1, 1], 1) as [Value, Value, Value, Value];
  const half = g.scalar(0.5);
  const [halfWidth, halfHeight] = [g.op.Mul(width, half), g.op.Mul(height, half)];
  return {
    cx,
    cy,
    width,
    height,
    left: g.op.Sub(cx, halfWidth),
    top: g.op.Sub(cy, halfHeight),
    right: g.op.Add(cx, halfWidth),
    bottom: g.op.Add(cy, halfHeight),
  };
}

function overlap(g: GraphBuilder, a: Corners, b: Corners): { readonly iou: Value; readonly union: Value } {
  const width = g.op.Relu(g.op.Sub(g.op.Min(a.right, b.right), g.op.Max(a.left, b.left)));
  const height = g.op.Relu(g.op.Sub(g.op.Min(a.bottom, b.bottom), g.op.Max(a.top, b.top)));
  const inter = g.op.Mul(width, height);
  const areas = g.op.Add(g.op.Mul(a.width, a.height), g.op.Mul(b.width, b.height));
  const union = g.op.Add(g.op.Sub(areas, inter), g.scalar(EPSILON));
  return { iou: g.op.Div(inter, union), union };
}

/** Width and height of the smallest box around both. */
function hull(g: GraphBuilder, a: Corners, b: Corners): readonly [Value, Value] {
  const width = g.op.Sub(g.op.Max(a.right, b.right), g.op.Min(a.left, b.left));
  const height = g.op.Sub(g.op.Max(a.bottom, b.bottom), g.op.Min(a.top, b.top));
  return [width, height];
}

/** Squared distance of the centres over the squared diagonal of the hull. */
function distance(g: GraphBuilder, a: Corners, b: Corners): Value {
  const [width, height] = hull(g, a, b);
  const diagonal = g.op.Add(g.op.Add(g.op.Mul(width, width), g.op.Mul(height, height)), g.scalar(EPSILON));
  const [dx, dy] = [g.op.Sub(a.cx, b.cx), g.op.Sub(a.cy, b.cy)];
  return g.op.Div(g.op.Add(g.op.Mul(dx, dx), g.op.Mul(dy, dy)), diagonal);
}

/**
 * Difference of shape, v alpha: v = 4 / pi^2 (atan(w_b / h_b) - atan(w_a / h_a))^2, alpha = v / (1 - IoU + v).
 * alpha is a weight, no variable: no gradient flows through it (as in the paper and in YOLOv5).
 */
function shape(g: GraphBuilder, a: Corners, b: Corners, iou: Value): Value {
  const angle = (box: Corners) => g.op.Atan(g.op.Div(box.width, g.op.Add(box.height, g.scalar(EPSILON))));
  const difference = g.op.Sub(angle(b), angle(a));
  const v = g.op.Mul(g.op.Mul(difference, difference), g.scalar(4 / Math.PI ** 2));
  const alpha = g.untaped(() => g.op.Div(v, g.op.Add(g.op.Sub(v, iou), g.scalar(1 + EPSILON))));
  return g.op.Mul(v, alpha);
}

/** The measure between predicted boxes `a` and target boxes `b`: 1 where they agree, down to -1 (IoU: 0). */
export function boxMeasure(g: GraphBuilder, predicted: Value, target: Value, measure: BoxMeasure): Value {
  const [a, b] = [cornersOf(g, predicted), cornersOf(g, target)];
  const { iou, union } = overlap(g, a, b);
  if (measure === 'iou') return iou;
  if (measure === 'giou') {
    const [width, height] = hull(g, a, b);
    const area = g.op.Add(g.op.Mul(width, height), g.scalar(EPSILON));
    return g.op.Sub(iou, g.op.Div(g.op.Sub(area, union), area));
  }
  const near = g.op.Sub(iou, distance(g, a, b));
  return measure === 'diou' ? near : g.op.Sub(near, shape(g, a, b, iou));
}
