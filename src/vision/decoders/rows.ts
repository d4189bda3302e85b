import type { DecoderOf } from './decoder.js';
import { bestOf, rowsNamed } from './values.js';

/**
 * Rows that the graph has decoded: cx, cy, w, h in input px, objectness, C class probabilities; reduced: cx, cy, w, h, score, class.
 * score = objectness * best class (Ultralytics YOLOv5 and YOLOv7 `non_max_suppression` with `multi_label=False`).
 */
export const rows: DecoderOf<'rows'> = ({ output, classes: scoring, reduced, multiLabel }, { classes }) => {
  const width = reduced ? 6 : 5 + classes;
  const scored = reduced || scoring === 'none';
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const { data } = rowsNamed(outputs, output, width);
      for (let at = 0; at < data.length; at += width) {
        const objectness = data[at + 4];
        if (!(objectness >= floor)) continue;
        const best = reduced ? data[at + 5] : scoring === 'none' ? 0 : bestOf(data, at + 5, 1, classes);
        const last = multiLabel && !scored ? classes - 1 : best;
        const halfWidth = data[at + 2] / 2;
        const halfHeight = data[at + 3] / 2;
        const [x, y] = [data[at], data[at + 1]];
        for (let id = multiLabel && !scored ? 0 : best; id >= 0 && id <= last; id++) {
          const score = scored ? objectness : Math.fround(objectness * data[at + 5 + id]);
          if (score >= floor) into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, id);
        }
      }
    },
  };
};
