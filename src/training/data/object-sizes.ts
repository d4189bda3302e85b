import type { Anchor } from '#core/card.js';
import type { Dataset } from '#dataset/dataset.js';

/** Width and height of every object that is to be found, in px of a square input that the pictures are fitted into. */
export function objectSizes({ samples }: Dataset, inputSide: number): Anchor[] {
  return samples.flatMap(({ size, annotations }) => {
    const scale = inputSide / Math.max(size.width, size.height);
    return annotations
      .filter(({ crowd, difficult }) => !(crowd || difficult))
      .map(({ box: [x1, y1, x2, y2] }): Anchor => [(x2 - x1) * scale, (y2 - y1) * scale]);
  });
}
