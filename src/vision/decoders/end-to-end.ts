import { LookoutError } from '#core/errors.js';
import type { DecoderOf } from './decoder.js';
import { rowsNamed } from './values.js';

/**
 * Rows that need no suppression: x1, y1, x2, y2 in input px, score, class, K landmarks of D numbers
 * (YOLOv10 `v10postprocess`, Ultralytics `Detect.postprocess` of end-to-end heads).
 */
export const endToEnd: DecoderOf<'end-to-end'> = ({ output, landmarks = 0, landmarkValues = 3 }, { classes }) => {
  const width = 6 + landmarks * landmarkValues;
  return {
    landmarkCount: landmarks,
    decode(outputs, floor, into) {
      const { data } = rowsNamed(outputs, output, width);
      for (let at = 0; at < data.length; at += width) {
        const score = data[at + 4];
        if (!(score >= floor)) continue;
        const classId = Math.round(data[at + 5]);
        if (!Number.isFinite(classId)) continue;
        if (classId < 0 || classId >= classes) {
          throw new LookoutError('model', `output "${output}": class ${classId} has no label, the card has ${classes}`);
        }
        const index = into.add(data[at], data[at + 1], data[at + 2], data[at + 3], score, classId);
        if (index < 0) continue;
        for (let k = 0, place = at + 6; k < landmarks; k++, place += landmarkValues) {
          into.setLandmark(index, k, data[place], data[place + 1], landmarkValues === 3 ? data[place + 2] : 1);
        }
      }
    },
  };
};
