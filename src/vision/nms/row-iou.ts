/**
 * IoU of rows `a` and `b` of float32 `[*, 4]` corner boxes, in the float32 arithmetic of `torchvision.ops.nms`:
 * every intermediate result is rounded. 0 where the boxes do not overlap, NaN never.
 */
export function rowIou(boxes: Float32Array, a: number, b: number): number {
  const i = a * 4;
  const j = b * 4;
  const width = Math.fround(Math.min(boxes[i + 2], boxes[j + 2]) - Math.max(boxes[i], boxes[j]));
  const height = Math.fround(Math.min(boxes[i + 3], boxes[j + 3]) - Math.max(boxes[i + 1], boxes[j + 1]));
  if (!(width > 0 && height > 0)) return 0;
  const shared = Math.fround(width * height);
  const union = Math.fround(Math.fround(rowArea(boxes, i) + rowArea(boxes, j)) - shared);
  return union > 0 ? Math.fround(shared / union) : 0;
}

function rowArea(boxes: Float32Array, at: number): number {
  return Math.fround(Math.fround(boxes[at + 2] - boxes[at]) * Math.fround(boxes[at + 3] - boxes[at + 1]));
}
