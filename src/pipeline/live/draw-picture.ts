import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import type { Observation } from '#core/observation.js';
import { drawDetections } from '#media/annotate-picture.js';
import { jpegSize } from '#media/live/jpeg-size.js';

/** A JPEG with the boxes of its observation drawn in; the picture may be smaller than the frame that the boxes are of. */
export function drawPicture(jpeg: Uint8Array, { stamp, detections }: Observation): Promise<Buffer> {
  const size = jpegSize(jpeg) ?? stamp.size;
  const [x, y] = [size.width / stamp.size.width, size.height / stamp.size.height];
  const scaled = detections.map((detection) => ({
    ...detection,
    box: scaledBox(detection.box, x, y),
    ...(detection.landmarks && {
      landmarks: detection.landmarks.map(([left, top, visibility]): Landmark => [left * x, top * y, visibility]),
    }),
  }));
  return drawDetections(jpeg, scaled, 'jpeg');
}

function scaledBox([x1, y1, x2, y2]: Box, x: number, y: number): Box {
  return [x1 * x, y1 * y, x2 * x, y2 * y];
}
