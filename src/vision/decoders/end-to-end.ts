import type { DecoderSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import type { DecoderOf } from './decoder.js';
import { outputNamed, rowsExactly, rowsNamed, shapeError } from './values.js';

// Boxes that need no suppression: the graph has done so already.

/** Whether there is nothing left to suppress. */
export function isEndToEnd({ kind }: DecoderSpec): boolean {
  return kind === 'end-to-end' || kind === 'end-to-end-numbered' || kind === 'end-to-end-parts';
}

/** A class id out of a graph; undefined where it is no number. @throws LookoutError kind `model` where it has no label */
function classOf(value: number, output: string, classes: number): number | undefined {
  const classId = Math.round(value);
  if (!Number.isFinite(classId)) return undefined;
  if (classId >= 0 && classId < classes) return classId;
  throw new LookoutError('model', `output "${output}": class ${classId} has no label, the card has ${classes}`);
}

/**
 * Rows: x1, y1, x2, y2 in input px, score, class, K landmarks of D numbers
 * (YOLOv10 `v10postprocess`, Ultralytics `Detect.postprocess` of end-to-end heads, `NMSModel.forward`).
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
        const classId = classOf(data[at + 5], output, classes);
        if (classId === undefined) continue;
        const index = into.add(data[at], data[at + 1], data[at + 2], data[at + 3], score, classId);
        if (index < 0) continue;
        for (let k = 0, place = at + 6; k < landmarks; k++, place += landmarkValues) {
          into.setLandmark(index, k, data[place], data[place + 1], landmarkValues === 3 ? data[place + 2] : 1);
        }
      }
    },
  };
};

/** Rows of one picture: its number, x1, y1, x2, y2 in input px, class, score (WongKinYiu yolov7 `ONNX_ORT.forward`). */
export const endToEndNumbered: DecoderOf<'end-to-end-numbered'> = ({ output }, { classes }) => ({
  landmarkCount: 0,
  decode(outputs, floor, into) {
    const { data } = rowsNamed(outputs, output, 7);
    for (let at = 0; at < data.length; at += 7) {
      const score = data[at + 6];
      if (!(score >= floor)) continue;
      const classId = classOf(data[at + 5], output, classes);
      if (classId !== undefined) into.add(data[at + 1], data[at + 2], data[at + 3], data[at + 4], score, classId);
    }
  },
});

/** Boxes, scores and classes apart, and how many of them count (WongKinYiu yolov7 `ONNX_TRT.forward`). */
export const endToEndParts: DecoderOf<'end-to-end-parts'> = (spec, { classes }) => ({
  landmarkCount: 0,
  decode(outputs, floor, into) {
    const { data: boxes, rows: places } = rowsNamed(outputs, spec.boxes, 4);
    const scores = rowsExactly(outputs, spec.scores, 1, places);
    const ids = rowsExactly(outputs, spec.classes, 1, places);
    const count = outputNamed(outputs, spec.count);
    if (count.data.length !== 1) throw shapeError(spec.count, '[1, 1]', count.dims);
    const rows = Math.min(count.data[0], places);
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      if (!(scores[row] >= floor)) continue;
      const classId = classOf(ids[row], spec.classes, classes);
      if (classId !== undefined) into.add(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3], scores[row], classId);
    }
  },
});
