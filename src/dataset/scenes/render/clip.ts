import { mix, type Vector } from '../vector.js';
import { NEAR, type Projection } from './camera.js';

/** A corner of a textured polygon. */
export type Corner = { readonly point: Vector; readonly uv: readonly [number, number] };

/** The part of a polygon that lies before the near plane. */
export function clipNear(corners: readonly Corner[], projection: Projection): Corner[] {
  return corners.flatMap((corner, n) => {
    const next = corners[(n + 1) % corners.length]!;
    const [a, b] = [projection.distance(corner.point) - NEAR, projection.distance(next.point) - NEAR];
    const kept = a >= 0 ? [corner] : [];
    if (a >= 0 === b >= 0) return kept;
    const t = a / (a - b);
    const uv = [
      corner.uv[0] + (next.uv[0] - corner.uv[0]) * t,
      corner.uv[1] + (next.uv[1] - corner.uv[1]) * t,
    ] as const;
    return [...kept, { point: mix(corner.point, next.point, t), uv }];
  });
}
