/** Width and height in pixels, both integers above 0. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
