/** Boxes by score: `order[i]` is the row of `boxes` and `buckets` of the i-th best. */
export interface Ranked {
  /** float32 `[*, 4]`: x1, y1, x2, y2. */
  readonly boxes: Float32Array;
  /** Only boxes of the same bucket suppress each other. */
  readonly buckets: Int32Array;
  readonly order: Uint32Array;
  readonly count: number;
}
