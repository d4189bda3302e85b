import type { Random } from '#core/random.js';
import type { Size } from '#core/size.js';

/** Streaks of rain over an RGBA picture, in place. */
export function drawRain(rgba: Uint8Array, { width, height }: Size, random: Random): void {
  const slant = 0.12;
  for (let n = 0; n < width * height * 0.0009; n++) {
    const near = random.float() ** 3;
    const length = Math.round(height * (0.012 + 0.05 * near));
    const strength = 0.1 + 0.16 * near;
    const [x0, y0] = [random.between(-20, width), random.between(-length, height)];
    for (let step = 0; step < length; step++) {
      const [x, y] = [Math.round(x0 + slant * step), Math.round(y0 + step)];
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const at = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) rgba[at + c] = rgba[at + c]! + (215 - rgba[at + c]!) * strength;
    }
  }
}
