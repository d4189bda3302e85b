import type { Size } from './size.js';

/**
 * Where the source picture lies in the model's input: `input = source * scale + offset`, per axis.
 * The scaled picture has a whole number of px, `source * scale` exactly, so that the scales of the two axes differ by that
 * rounding even where the picture keeps its shape. Made by `letterbox` in vision.
 */
export interface Letterbox {
  /** The picture as its boxes are reported: after rotation, before any change of pixel aspect. */
  readonly source: Size;
  /** The model's input. */
  readonly input: Size;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Left edge of the picture in the input, px, an integer. */
  readonly left: number;
  /** Top edge of the picture in the input, px, an integer. */
  readonly top: number;
}
