import type { Decoder, DecoderOf, Reading } from './decoder.js';
import { bestOf, rowsExactly } from './values.js';

const FACE_POINTS = 5;

/**
 * SCRFD: per stride, probabilities, distances (left, top, right, bottom) and point offsets of `anchorsPerCell` anchors of each
 * cell, in units of the stride, from the cell's corner (column, row) * stride (insightface `SCRFD.forward`, `distance2bbox`,
 * `distance2kps`; the sigmoid is in the graph, `SCRFDHead.forward_single`). Five points unless the card names others.
 */
export const scrfd: DecoderOf<'scrfd'> = ({ heads, anchorsPerCell }, reading) => {
  const landmarkCount = heads.every((head) => head.landmarks) ? (reading.landmarks ?? FACE_POINTS) : 0;
  const decoders = heads.map((head) => createHead(head, { ...reading, anchorsPerCell, landmarkCount }));
  return {
    landmarkCount,
    decode(outputs, floor, into) {
      for (const decode of decoders) decode(outputs, floor, into);
    },
  };
};

function createHead(
  head: Parameters<DecoderOf<'scrfd'>>[0]['heads'][number],
  { classes, input, anchorsPerCell, landmarkCount }: Reading & { anchorsPerCell: number; landmarkCount: number },
): Decoder['decode'] {
  const { stride } = head;
  const columns = Math.ceil(input.width / stride);
  const count = columns * Math.ceil(input.height / stride) * anchorsPerCell;
  return (outputs, floor, into) => {
    const scores = rowsExactly(outputs, head.score, count, classes);
    const boxes = rowsExactly(outputs, head.box, count, 4);
    const points = landmarkCount > 0 ? rowsExactly(outputs, head.landmarks!, count, 2 * landmarkCount) : boxes;
    for (let row = 0; row < count; row++) {
      const best = classes === 1 ? 0 : bestOf(scores, row * classes, 1, classes);
      if (best < 0) continue;
      const score = scores[row * classes + best];
      if (!(score >= floor)) continue;
      const cell = Math.floor(row / anchorsPerCell);
      const x = (cell % columns) * stride;
      const y = Math.floor(cell / columns) * stride;
      const at = row * 4;
      const index = into.add(
        x - boxes[at] * stride,
        y - boxes[at + 1] * stride,
        x + boxes[at + 2] * stride,
        y + boxes[at + 3] * stride,
        score,
        best,
      );
      if (index < 0) continue;
      for (let k = 0, place = row * 2 * landmarkCount; k < landmarkCount; k++, place += 2) {
        into.setLandmark(index, k, x + points[place] * stride, y + points[place + 1] * stride, 1);
      }
    }
  };
}
