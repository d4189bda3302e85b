// A dark picture with bright ellipses, whose extent can be measured after any geometry, and coloured dots as landmarks.
import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import type { Canvas, LabelledPicture } from '#dataset/augmentation/picture.js';

export const DOTS: readonly (readonly [number, number, number])[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
];

/** One white ellipse that fills `box`, on black; three dots where the landmarks are, if given. */
export function ellipsePicture(
  { width, height }: { width: number; height: number },
  box: Box,
  landmarks: readonly Landmark[] = [],
): LabelledPicture {
  const data = new Uint8Array(3 * width * height);
  const [cx, cy, rx, ry] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = ((x + 0.5 - cx) / rx) ** 2 + ((y + 0.5 - cy) / ry) ** 2 <= 1;
      const dot = landmarks.findIndex(([lx, ly]) => Math.hypot(x + 0.5 - lx, y + 0.5 - ly) < 5);
      const colour = dot >= 0 ? DOTS[dot]! : inside && landmarks.length === 0 ? [255, 255, 255] : [0, 0, 0];
      data.set(colour, 3 * (y * width + x));
    }
  }
  const annotation: Annotation = { box, classId: 0, ...(landmarks.length > 0 && { landmarks }) };
  return { picture: { width, height, data }, size: { width, height }, annotations: [annotation] };
}

/** The box around all pixels that are brighter than half in every channel; undefined where there are none. */
export function brightBox({ width, height, data }: Canvas): Box | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  const plane = width * height;
  for (let at = 0; at < plane; at++) {
    if (Math.min(data[at]!, data[at + plane]!, data[at + 2 * plane]!) < 128) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
  }
  return x2 > x1 ? [x1, y1, x2, y2] : undefined;
}

/** The middle of all pixels of (about) one of the dots' colours. */
export function dotCentre({ width, height, data }: Canvas, colour: readonly number[]): [number, number] | undefined {
  const plane = width * height;
  let [sx, sy, weight] = [0, 0, 0];
  for (let at = 0; at < plane; at++) {
    const level = (c: number): number => data[at + c * plane]!;
    const match = colour.every((wanted, c) => (wanted > 0 ? level(c) > 90 : level(c) < 60));
    if (!match) continue;
    const strength = Math.max(level(0), level(1), level(2));
    sx += strength * ((at % width) + 0.5);
    sy += strength * (Math.floor(at / width) + 0.5);
    weight += strength;
  }
  return weight > 0 ? [sx / weight, sy / weight] : undefined;
}

/** Largest difference of two boxes' edges. */
export function edgeError(left: Box, right: Box): number {
  return Math.max(...left.map((edge, n) => Math.abs(edge - right[n]!)));
}
