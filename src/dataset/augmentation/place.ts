import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import type { Size } from '#core/size.js';
import { apply, isAffine, type Matrix } from './matrix.js';
import type { Placement } from './paint.js';
import { warped } from './warp.js';

/** What is too little of an object to learn from. */
export interface VisibilityRule {
  /** Objects of which less than this fraction (0..1) is left become `difficult`: neither taught nor punished. */
  readonly minVisible: number;
  /** Objects narrower or lower than this, px, become `difficult`. */
  readonly minSidePx: number;
}

export const VISIBILITY: VisibilityRule = { minVisible: 0.3, minSidePx: 3 };

/** Objects of which less than this is left are gone. */
const GONE = 0.02;

/**
 * Where the objects of a painted picture are on the canvas: boxes around what is seen, clipped; landmarks outside lose
 * their visibility (0). Objects that are no longer there are left out.
 *
 * A box that is turned, sheared or warped becomes the box around the image of its inscribed ellipse (Kalra et al. 2021,
 * "Towards rotation invariance in object detection"): boxes around turned corners grow too large. Without turning both are equal.
 */
export function placeAnnotations(
  annotations: readonly Annotation[],
  placement: Placement,
  { size, rule = VISIBILITY }: { readonly size: Size; readonly rule?: VisibilityRule },
): Annotation[] {
  return annotations.flatMap((annotation) => {
    const cropped = clipBox(annotation.box, placement.crop);
    if (cropped === undefined) return [];
    const whole = mapBox(cropped, placement);
    const box = clipBox(whole, [0, 0, size.width, size.height]);
    if (box === undefined) return [];
    const visible = (area(cropped) / area(annotation.box)) * (area(box) / area(whole));
    if (visible < GONE) return [];
    const small = box[2] - box[0] < rule.minSidePx || box[3] - box[1] < rule.minSidePx;
    const difficult = annotation.difficult === true || small || visible < rule.minVisible;
    const { area: _, difficult: __, landmarks, ...rest } = annotation;
    return [
      {
        ...rest,
        box,
        ...(difficult && { difficult }),
        ...(landmarks && { landmarks: landmarks.map((point) => mapLandmark(point, placement, size)) }),
      },
    ];
  });
}

export function area([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}

/** The common part of two boxes; undefined where they share no area. */
export function clipBox(box: Box, bounds: Box): Box | undefined {
  const [x1, y1] = [Math.max(box[0], bounds[0]), Math.max(box[1], bounds[1])];
  const [x2, y2] = [Math.min(box[2], bounds[2]), Math.min(box[3], bounds[3])];
  return x2 > x1 && y2 > y1 ? [x1, y1, x2, y2] : undefined;
}

/** The box around the image of the ellipse that fills a box. */
export function mapBox(box: Box, { toCanvas, warp }: Pick<Placement, 'toCanvas' | 'warp'>): Box {
  if (warp === undefined && isAffine(toCanvas)) return mapAffine(box, toCanvas);
  const [cx, cy, rx, ry] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let n = 0; n < 32; n++) {
    const angle = (2 * Math.PI * n) / 32;
    const [mx, my] = apply(toCanvas, cx + rx * Math.cos(angle), cy + ry * Math.sin(angle));
    const [x, y] = warp === undefined ? [mx, my] : warped(warp, mx, my);
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x), Math.max(y2, y)];
  }
  return [x1, y1, x2, y2];
}

function mapAffine([x1, y1, x2, y2]: Box, m: Matrix): Box {
  const [cx, cy] = apply(m, (x1 + x2) / 2, (y1 + y2) / 2);
  const [rx, ry] = [(x2 - x1) / 2, (y2 - y1) / 2];
  const halfWidth = Math.hypot(m[0] * rx, m[1] * ry);
  const halfHeight = Math.hypot(m[3] * rx, m[4] * ry);
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

function mapLandmark([x, y, visibility]: Landmark, { toCanvas, warp, crop }: Placement, size: Size): Landmark {
  const [mx, my] = apply(toCanvas, x, y);
  const [px, py] = warp === undefined ? [mx, my] : warped(warp, mx, my);
  const inside = x >= crop[0] && y >= crop[1] && x < crop[2] && y < crop[3];
  const seen = inside && px >= 0 && py >= 0 && px < size.width && py < size.height;
  return [px, py, seen ? visibility : 0];
}

/**
 * The objects after something was laid over a part of the canvas: what is hidden by more than half becomes
 * `difficult`, what is hidden almost wholly goes. Hidden landmarks lose their visibility.
 */
export function hideBehind(annotations: readonly Annotation[], cover: Box): Annotation[] {
  return annotations.flatMap((annotation) => {
    const hidden = clipBox(annotation.box, cover);
    if (hidden === undefined) return [annotation];
    const fraction = area(hidden) / area(annotation.box);
    if (fraction > 0.9) return [];
    const landmarks = annotation.landmarks?.map(([x, y, visibility]): Landmark => {
      const covered = x >= cover[0] && y >= cover[1] && x < cover[2] && y < cover[3];
      return [x, y, covered ? 0 : visibility];
    });
    return [{ ...annotation, ...(fraction > 0.5 && { difficult: true }), ...(landmarks && { landmarks }) }];
  });
}

/** Landmarks in the order that a mirrored object shows them. */
export function mirrorLandmarks(
  annotations: readonly Annotation[],
  mirrored: readonly number[] | undefined,
): Annotation[] {
  return annotations.map((annotation) => {
    if (annotation.landmarks === undefined || mirrored === undefined) return annotation;
    return { ...annotation, landmarks: mirrored.map((from) => annotation.landmarks![from]!) };
  });
}
