/** Smooth random values 0..1 over the plane that repeat every `period` cells. */
export function valueNoise(x: number, y: number, { seed, period }: { seed: number; period: number }): number {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [smooth(x - ix), smooth(y - iy)];
  const at = (cx: number, cy: number): number => hash(mod(cx, period), mod(cy, period), seed);
  const above = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx;
  const below = at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx;
  return above * (1 - fy) + below * fy;
}

/** Sum of octaves of {@link valueNoise}, 0..1, each twice as fine and half as strong. */
export function fractalNoise(x: number, y: number, options: { seed: number; period: number; octaves: number }): number {
  const { seed, period, octaves } = options;
  let [sum, weight] = [0, 0];
  for (let n = 0; n < octaves; n++) {
    const size = 2 ** n;
    sum += valueNoise(x * size, y * size, { seed: seed + n, period: period * size }) / size;
    weight += 1 / size;
  }
  return sum / weight;
}

/** {@link fractalNoise} over 0..1 x 0..1, computed once on a grid and read between its points. */
export function noiseMap(
  size: number,
  options: { seed: number; period: number; octaves: number },
): (u: number, v: number) => number {
  const { period } = options;
  const grid = Float32Array.from({ length: size * size }, (_, n) =>
    fractalNoise(((n % size) / size) * period, (Math.floor(n / size) / size) * period, options),
  );
  return (u, v) => {
    const [x, y] = [u * size, v * size];
    const [ix, iy] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - ix, y - iy];
    const [x0, x1] = [mod(ix, size), mod(ix + 1, size)];
    const [y0, y1] = [mod(iy, size) * size, mod(iy + 1, size) * size];
    const above = grid[y0 + x0]! * (1 - fx) + grid[y0 + x1]! * fx;
    const below = grid[y1 + x0]! * (1 - fx) + grid[y1 + x1]! * fx;
    return above * (1 - fy) + below * fy;
  };
}

const smooth = (t: number): number => t * t * (3 - 2 * t);
const mod = (value: number, period: number): number => ((value % period) + period) % period;

function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}
