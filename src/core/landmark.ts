/** One point `[x, y, visibility]`: source-frame pixels and 0..1 (1 where the model gives no visibility). */
export type Landmark = readonly [x: number, y: number, visibility: number];
