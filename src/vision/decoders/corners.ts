import type { DecoderOf } from './decoder.js';
import { bestOf, rowsExactly, rowsNamed } from './values.js';

interface Outputs {
  readonly boxes: string;
  readonly scores: string;
}

/** Reads corners in fractions of the input and C probabilities behind `skipped` numbers that are no class. */
function readCorners(
  { boxes: boxesName, scores: scoresName }: Outputs,
  { classes, input }: Parameters<DecoderOf<'corners'>>[1],
  skipped: number,
): ReturnType<DecoderOf<'corners'>> {
  const width = skipped + classes;
  return {
    landmarkCount: 0,
    decode(outputs, floor, into) {
      const { data: scores, rows } = rowsNamed(outputs, scoresName, width);
      const boxes = rowsExactly(outputs, boxesName, rows, 4);
      for (let row = 0; row < rows; row++) {
        const first = row * width + skipped;
        const best = classes === 1 ? 0 : bestOf(scores, first, 1, classes);
        if (best < 0) continue;
        const score = scores[first + best];
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
  };
}

/** YOLOv4 with its boxes decoded in the graph, score = objectness * class, best class (Tianxiaomo pytorch-YOLOv4 `yolo_forward`, `post_processing`). */
export const corners: DecoderOf<'corners'> = (spec, reading) => readCorners(spec, reading, 0);

/** UltraFace: background, then C probabilities (Linzaer Ultra-Light-Fast-Generic-Face-Detector-1MB `run_video_face_detection_onnx.py`). */
export const ultraface: DecoderOf<'ultraface'> = (spec, reading) => readCorners(spec, reading, 1);
