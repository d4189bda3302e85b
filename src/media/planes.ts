/** Interleaved RGB to the planes R, G, B of a frame: `out[c * P + i] = rgb[3 * i + c]`, P pixels. */
export function toPlanes(rgb: Uint8Array, out: Uint8Array): void {
  const pixels = out.length / 3;
  if (rgb.length !== out.length)
    throw new RangeError(`toPlanes: expected ${out.length} bytes of RGB, got ${rgb.length}`);
  for (let i = 0, at = 0; i < pixels; i += 1, at += 3) {
    out[i] = rgb[at]!;
    out[pixels + i] = rgb[at + 1]!;
    out[2 * pixels + i] = rgb[at + 2]!;
  }
}
