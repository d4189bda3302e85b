import { type TinyInput, TinyModel } from './tiny-models.js';

export interface InsightfaceOptions {
  readonly input?: TinyInput;
  readonly points?: boolean;
  /** Outputs [1, N, K] instead of [N, K]. */
  readonly batched?: boolean;
  readonly strides?: readonly number[];
  /** Per cell. */
  readonly anchors?: number;
  /** The outputs' shapes are declared for square pictures of so many px. */
  readonly traced?: number;
}

/** SCRFD as insightface exports it: scores of all strides after their sigmoid, then distances, then points. */
export function insightface(options: InsightfaceOptions = {}): TinyModel {
  const { input, points = true, batched = false, strides = [8, 16, 32], anchors = 2, traced } = options;
  const model = new TinyModel(input);
  for (const values of points ? [1, 4, 10] : [1, 4]) {
    for (const stride of strides) {
      const raw = model.head(anchors * values, stride);
      // Distances of a trained network are positive.
      const act = { 1: 'Sigmoid', 4: 'Abs', 10: 'Identity' }[values]!;
      const head = model.transpose(model.add(act, [raw]), [0, 2, 3, 1]);
      const shape = batched ? [1, -1, values] : [-1, values];
      const declared = traced === undefined ? shape.map(() => '?') : [anchors * (traced / stride) ** 2, values];
      model.output(model.reshape(head, shape), declared);
    }
  }
  return model;
}

/** Raw maps [N, 64+1+15, H, W] of three strides. */
export function faceMaps(input: TinyInput): TinyModel {
  const model = new TinyModel(input);
  for (const stride of [8, 16, 32]) model.output(model.head(80, stride));
  return model;
}
