import type { DecoderOf } from './decoder.js';
import { bestOf, rowsNamed } from './values.js';

/**
 * Rows that the graph has decoded: cx, cy, w, h in input px, objectness, C class probabilities; reduced: cx, cy, w, h, score, class.
 * score = objectness * best class (Ultralytics YOLOv5 and YOLOv7 `non_max_suppression` with `multi_label=False`).
 */
export const rows: DecoderOf<'rows'> = ({ output, classes: scoring, reduced }, { classes }) => {
  const width = reduced ? 6 : 5 + classes;
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const { data } = rowsNamed(outputs, output, width);
      for (let at = 0; at < data.length; at += width) {
        const objectness = data[at + 4];
        if (!(objectness >= floor)) continue;
        const best = reduced ? data[at + 5] : scoring === 'none' ? 0 : bestOf(data, at + 5, 1, classes);
        if (best < 0) continue;
        const score = reduced || scoring === 'none' ? objectness : Math.fround(objectness * data[at + 5 + best]);
        if (!(score >= floor)) continue;
        const halfWidth = data[at + 2] / 2;
        const halfHeight = data[at + 3] / 2;
        into.add(
          data[at] - halfWidth,
          data[at + 1] - halfHeight,
          data[at] + halfWidth,
          data[at + 1] + halfHeight,
          score,
          best,
        );
      }
    },
  };
};
