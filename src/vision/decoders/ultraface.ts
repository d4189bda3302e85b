import type { DecoderOf } from './decoder.js';
import { bestOf, rowsExactly, rowsNamed } from './values.js';

/**
 * UltraFace: corners in fractions of the input, decoded in the graph, and scores: background, then C probabilities
 * (Linzaer Ultra-Light-Fast-Generic-Face-Detector-1MB `run_video_face_detection_onnx.py`).
 */
export const ultraface: DecoderOf<'ultraface'> = (spec, { classes, input }) => ({
  landmarkCount: 0,
  decode(outputs, floor, into) {
    const { data: scores, rows } = rowsNamed(outputs, spec.scores, 1 + classes);
    const boxes = rowsExactly(outputs, spec.boxes, rows, 4);
    for (let row = 0; row < rows; row++) {
      const best = classes === 1 ? 0 : bestOf(scores, row * (1 + classes) + 1, 1, classes);
      if (best < 0) continue;
      const score = scores[row * (1 + classes) + 1 + best];
      if (!(score >= floor)) continue;
      const at = row * 4;
      into.add(
        boxes[at] * input.width,
        boxes[at + 1] * input.height,
        boxes[at + 2] * input.width,
        boxes[at + 3] * input.height,
        score,
        best,
      );
    }
  },
});
