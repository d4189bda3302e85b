import type { DecoderOf } from './decoder.js';
import { bestOf, rowsNamed } from './values.js';

/**
 * Rows that the graph has decoded: cx, cy, w, h in input px, objectness, K landmarks x, y in input px, C class probabilities;
 * reduced: cx, cy, w, h, score, class. score = objectness * best class (Ultralytics YOLOv5 and YOLOv7 `non_max_suppression`
 * with `multi_label=False`; deepcam-cn YOLOv5-face `non_max_suppression_face`, whose landmarks have no visibility: 1).
 */
export const rows: DecoderOf<'rows'> = (spec, { classes }) => {
  const { output, classes: scoring, reduced, multiLabel } = spec;
  const landmarks = reduced ? 0 : (spec.landmarks ?? 0);
  const first = 5 + 2 * landmarks;
  const width = reduced ? 6 : first + classes;
  const scored = reduced || scoring === 'none';
  return {
    landmarkCount: landmarks,
    decode(outputs, floor, into) {
      const { data } = rowsNamed(outputs, output, width);
      for (let at = 0; at < data.length; at += width) {
        const objectness = data[at + 4];
        if (!(objectness >= floor)) continue;
        const best = reduced ? data[at + 5] : scoring === 'none' ? 0 : bestOf(data, at + first, 1, classes);
        const last = multiLabel && !scored ? classes - 1 : best;
        const halfWidth = data[at + 2] / 2;
        const halfHeight = data[at + 3] / 2;
        const [x, y] = [data[at], data[at + 1]];
        for (let id = multiLabel && !scored ? 0 : best; id >= 0 && id <= last; id++) {
          const score = scored ? objectness : Math.fround(objectness * data[at + first + id]);
          if (!(score >= floor)) continue;
          const index = into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, id);
          if (index < 0) continue;
          for (let k = 0, place = at + 5; k < landmarks; k++, place += 2) {
            into.setLandmark(index, k, data[place], data[place + 1], 1);
          }
        }
      }
    },
  };
};
