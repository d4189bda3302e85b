import type { Size } from '#core/size.js';

/** How points of a frame lie inside an area: `x = left + scaleX * frameX`. */
export interface Fit {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly left: number;
  readonly top: number;
}

/**
 * Where a frame's points are when its picture is shown whole, as large as it goes, in the middle (`object-fit: contain`).
 * Frame and picture may differ in size and in the shape of their pixels: a camera's second stream, an anamorphic one.
 */
export function contain(frame: Size, picture: Size, area: Size): Fit {
  const scale = Math.min(area.width / picture.width, area.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return {
    scaleX: width / frame.width,
    scaleY: height / frame.height,
    left: (area.width - width) / 2,
    top: (area.height - height) / 2,
  };
}
