import type { Candidates } from '#vision/candidates.js';

/**
 * `torchvision.ops.batched_nms`, the slow and obvious way: `nms` of each class by itself, a stable sort by score, every pair
 * compared in float32 as `nms_kernel.cpp` does, then all kept indices sorted by score.
 */
export function slowBatchedNms({ boxes, scores, classIds, count }: Candidates, threshold: number): number[] {
  const kept: number[] = [];
  const members = new Map<number, number[]>();
  for (let index = 0; index < count; index++) {
    const group = members.get(classIds[index]);
    if (group) group.push(index);
    else members.set(classIds[index], [index]);
  }
  for (const indices of members.values()) kept.push(...nms(indices, boxes, scores, threshold));
  return kept.sort((a, b) => scores[b] - scores[a] || a - b);
}

function nms(members: number[], boxes: Float32Array, scores: Float32Array, threshold: number): number[] {
  const order = members.sort((a, b) => scores[b] - scores[a] || a - b);
  const f = Math.fround;
  const sides = order.map((index) => [...boxes.subarray(index * 4, index * 4 + 4)]);
  const areas = sides.map(([x1, y1, x2, y2]) => f(f(x2 - x1) * f(y2 - y1)));
  const suppressed = new Uint8Array(order.length);
  const kept: number[] = [];
  for (let i = 0; i < order.length; i++) {
    if (suppressed[i]) continue;
    kept.push(order[i]);
    const a = sides[i];
    for (let j = i + 1; j < order.length; j++) {
      const b = sides[j];
      const width = f(Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
      const height = f(Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
      const shared = f(Math.max(0, width) * Math.max(0, height));
      if (f(shared / f(f(areas[i] + areas[j]) - shared)) > threshold) suppressed[j] = 1;
    }
  }
  return kept;
}

/** Soft-NMS as in figure 2 of the paper: after each box that is kept, the scores of all others decay at once. */
export function slowSoftNms(
  { boxes, scores, classIds, count }: Candidates,
  { method, sigma = 0.5, threshold, floor }: { method: string; sigma?: number; threshold: number; floor: number },
): { index: number; score: number }[] {
  let left = Array.from({ length: count }, (_, index) => ({ index, score: scores[index] })).filter(
    (one) => one.score >= floor,
  );
  const kept: { index: number; score: number }[] = [];
  while (left.length > 0) {
    const best = left.reduce((a, b) => (b.score > a.score ? b : a));
    kept.push(best);
    left = left.filter((one) => one !== best);
    for (const one of left) {
      if (classIds[one.index] !== classIds[best.index]) continue;
      const iou = plainIou(boxes, best.index, one.index);
      if (method === 'gaussian') one.score *= Math.exp(-(iou ** 2) / sigma);
      else if (iou > threshold) one.score *= 1 - iou;
    }
    left = left.filter((one) => Math.fround(one.score) >= floor);
  }
  return kept;
}

function plainIou(boxes: Float32Array, a: number, b: number): number {
  const f = Math.fround;
  const [ax1, ay1, ax2, ay2] = boxes.subarray(a * 4, a * 4 + 4);
  const [bx1, by1, bx2, by2] = boxes.subarray(b * 4, b * 4 + 4);
  const width = Math.max(0, f(Math.min(ax2, bx2) - Math.max(ax1, bx1)));
  const height = Math.max(0, f(Math.min(ay2, by2) - Math.max(ay1, by1)));
  const shared = f(width * height);
  const areas = f(f(f(ax2 - ax1) * f(ay2 - ay1)) + f(f(bx2 - bx1) * f(by2 - by1)));
  return f(shared / f(areas - shared));
}
