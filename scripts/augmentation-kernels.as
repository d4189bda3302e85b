// The inner loops of augmentation, in AssemblyScript, compiled to WebAssembly with 128-bit SIMD by
// `npm run kernels`. Addresses are bytes of linear memory, pictures are uint8 [H, W, 3], canvases three planes [3, H, W].

/** Four pixels of a picture by bilinear interpolation; coordinates in 1/256 px, held within the picture. */
@inline
function sample(picture: usize, width: i32, height: i32, u: i32, v: i32): v128 {
  const x = max(0, min(u - 128, (width - 1) << 8));
  const y = max(0, min(v - 128, (height - 1) << 8));
  const ix = min(x >> 8, width - 2);
  const iy = min(y >> 8, height - 2);
  const ax: i32 = x - (ix << 8);
  const ay: i32 = y - (iy << 8);
  const at: usize = picture + <usize>(iy * 3 * width + 3 * ix);
  const half = i16x8.splat(128);
  const above = i16x8.mul(v128.load_ext<u8>(at), i16x8.splat(<i16>(256 - ay)));
  const below = i16x8.mul(v128.load_ext<u8>(at + <usize>(3 * width)), i16x8.splat(<i16>ay));
  const column = i16x8.shr_u(i16x8.add(i16x8.add(above, below), half), 8);
  const right = i16x8.mul(v128.shuffle<u16>(column, column, 3, 4, 5, 3, 4, 5, 3, 4), i16x8.splat(<i16>ax));
  const left = i16x8.mul(column, i16x8.splat(<i16>(256 - ax)));
  return i16x8.shr_u(i16x8.add(i16x8.add(left, right), half), 8);
}

/** Three bytes of one pixel into three planes. */
@inline
function put(to: usize, plane: usize, pixel: v128): void {
  store<u8>(to, <u8>i16x8.extract_lane_u(pixel, 0));
  store<u8>(to + plane, <u8>i16x8.extract_lane_u(pixel, 1));
  store<u8>(to + 2 * plane, <u8>i16x8.extract_lane_u(pixel, 2));
}

/** Pixels n of a row with low <= start + n * step < high, as `first << 32 | end`, within 0..count. */
@inline
function span(start: f64, step: f64, low: f64, high: f64, first: i32, end: i32): i64 {
  if (step === 0) return start >= low && start < high ? (<i64>first << 32) | <i64>end : 0;
  const a = (low - start) / step;
  const b = (high - start) / step;
  const from = <i32>Math.ceil(max(<f64>first, min(<f64>end, step > 0 ? a : b)));
  const to = <i32>Math.ceil(max(<f64>first, min(<f64>end, step > 0 ? b : a)));
  return (<i64>max(first, from) << 32) | <i64>max(from, to);
}

/** Paints the pixels `left..right` of the rows `top..bottom` of a canvas whose affine map to the picture is a..f. */
export function paintAffine(
  picture: usize, width: i32, height: i32, x1: f64, y1: f64, x2: f64, y2: f64,
  canvas: usize, canvasWidth: i32, plane: usize, left: i32, top: i32, right: i32, bottom: i32,
  a: f64, b: f64, c: f64, d: f64, e: f64, f: f64,
): void {
  const du = <i32>Math.round(65536 * a);
  const dv = <i32>Math.round(65536 * d);
  for (let row = top; row < bottom; row++) {
    const u0 = a * (<f64>left + 0.5) + b * (<f64>row + 0.5) + c;
    const v0 = d * (<f64>left + 0.5) + e * (<f64>row + 0.5) + f;
    const across = span(u0, a, x1, x2, 0, right - left);
    const both = span(v0, d, y1, y2, <i32>(across >> 32), <i32>across);
    let n = <i32>(both >> 32);
    const end = <i32>both;
    let u = <i32>Math.round(65536 * (u0 + a * <f64>n));
    let v = <i32>Math.round(65536 * (v0 + d * <f64>n));
    let to = canvas + <usize>(row * canvasWidth + left + n);
    for (; n + 4 <= end; n += 4) {
      const p0 = sample(picture, width, height, u >> 8, v >> 8);
      const p1 = sample(picture, width, height, (u + du) >> 8, (v + dv) >> 8);
      const p2 = sample(picture, width, height, (u + 2 * du) >> 8, (v + 2 * dv) >> 8);
      const p3 = sample(picture, width, height, (u + 3 * du) >> 8, (v + 3 * dv) >> 8);
      const four = v128.shuffle<u8>(
        i8x16.narrow_i16x8_u(p0, p1), i8x16.narrow_i16x8_u(p2, p3),
        0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 0, 0, 0, 0,
      );
      v128.store_lane<u32>(to, four, 0);
      v128.store_lane<u32>(to + plane, four, 1);
      v128.store_lane<u32>(to + 2 * plane, four, 2);
      u += 4 * du;
      v += 4 * dv;
      to += 4;
    }
    for (; n < end; n++) {
      put(to++, plane, sample(picture, width, height, u >> 8, v >> 8));
      u += du;
      v += dv;
    }
  }
}

/** Paints one row at any coordinates (1/256 px, int32 at `us` and `vs`). */
export function paintRow(
  picture: usize, width: i32, height: i32, x1: i32, y1: i32, x2: i32, y2: i32,
  us: usize, vs: usize, count: i32, to: usize, plane: usize,
): void {
  for (let n = 0; n < count; n++) {
    const u = load<i32>(us + (<usize>n << 2));
    const v = load<i32>(vs + (<usize>n << 2));
    if (u < x1 || u >= x2 || v < y1 || v >= y2) continue;
    put(to + <usize>n, plane, sample(picture, width, height, u, v));
  }
}

/**
 * Picture coordinates (1/256 px, int32) of the pixels of one row whose first lies at `x`, `y` on the canvas, by the
 * projective map a..i; `dx` and `dy` are float32 displacements on the canvas. Up to three more are written.
 */
export function locateRow(
  us: usize, vs: usize, dx: usize, dy: usize, count: i32, x: f32, y: f32,
  a: f32, b: f32, c: f32, d: f32, e: f32, f: f32, g: f32, h: f32, i: f32,
): void {
  const scale = f32x4.splat(256);
  for (let n = 0; n < count; n += 4) {
    const at = <usize>n << 2;
    const px = f32x4.add(f32x4.add(f32x4.splat(x + <f32>n), f32x4(0, 1, 2, 3)), v128.load(dx + at));
    const py = f32x4.add(f32x4.splat(y), v128.load(dy + at));
    const w = f32x4.div(scale, along(px, py, g, h, i));
    v128.store(us + at, i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.mul(along(px, py, a, b, c), w))));
    v128.store(vs + at, i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.mul(along(px, py, d, e, f), w))));
  }
}

@inline
function along(x: v128, y: v128, a: f32, b: f32, c: f32): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(x, f32x4.splat(a)), f32x4.mul(y, f32x4.splat(b))), f32x4.splat(c));
}

/** Halves a picture of even or odd size (the odd last row and column are dropped); 16 bytes may be read beyond it. */
export function halve(from: usize, width: i32, height: i32, to: usize): void {
  const w = width >> 1;
  const h = height >> 1;
  for (let y = 0; y < h; y++) {
    let at = from + <usize>(6 * y * width);
    const below: usize = 3 * <usize>width;
    let x = 0;
    for (; x + 2 <= w; x += 2) {
      const first = i16x8.add(v128.load_ext<u8>(at), v128.load_ext<u8>(at + below));
      const second = i16x8.add(v128.load_ext<u8>(at + 6), v128.load_ext<u8>(at + 6 + below));
      const left = v128.shuffle<u16>(first, second, 0, 1, 2, 8, 9, 10, 0, 0);
      const right = v128.shuffle<u16>(first, second, 3, 4, 5, 11, 12, 13, 0, 0);
      const mean = i16x8.shr_u(i16x8.add(i16x8.add(left, right), i16x8.splat(2)), 2);
      const bytes = i8x16.narrow_i16x8_u(mean, mean);
      v128.store_lane<u32>(to, bytes, 0);
      v128.store_lane<u16>(to + 4, bytes, 2);
      at += 12;
      to += 6;
    }
    for (; x < w; x++) {
      for (let channel: usize = 0; channel < 3; channel++) {
        const above = <u32>load<u8>(at + channel) + <u32>load<u8>(at + channel + 3);
        const under = <u32>load<u8>(at + channel + below) + <u32>load<u8>(at + channel + 3 + below);
        store<u8>(to + channel, <u8>((above + under + 2) >> 2));
      }
      at += 6;
      to += 3;
    }
  }
}

@inline
function widen(bytes: v128, quarter: i32): v128 {
  const words = quarter < 2 ? i16x8.extend_low_i8x16_u(bytes) : i16x8.extend_high_i8x16_u(bytes);
  return f32x4.convert_i32x4_u(quarter % 2 === 0 ? i32x4.extend_low_i16x8_u(words) : i32x4.extend_high_i16x8_u(words));
}

/** The share of chroma that is missing from a channel: max(0, min(k, 4 - k, 1)) for k = (offset + hue) mod 6. */
@inline
function missing(hue: v128, offset: f32): v128 {
  const sum = f32x4.add(hue, f32x4.splat(offset));
  const k = f32x4.sub(sum, f32x4.mul(f32x4.splat(6), f32x4.floor(f32x4.mul(sum, f32x4.splat(<f32>(1.0 / 6.0))))));
  const ramp = f32x4.pmin(f32x4.pmin(k, f32x4.sub(f32x4.splat(4), k)), f32x4.splat(1));
  return f32x4.pmax(ramp, f32x4.splat(0));
}

@inline
function toLevels(value: v128, gain: f32, offset: f32): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(f32x4.mul(value, f32x4.splat(gain)), f32x4.splat(offset + 0.5))));
}

@inline
function pack(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

let red: v128 = i32x4.splat(0);
let green: v128 = i32x4.splat(0);
let blue: v128 = i32x4.splat(0);

/** HSV shift and channel gains of four pixels, left in `red`, `green`, `blue` as int32 levels. */
@inline
function recolour(
  r: v128, g: v128, b: v128, turn: f32, saturation: f32, value: f32,
  gr: f32, gg: f32, gb: f32, or: f32, og: f32, ob: f32,
): void {
  const zero = f32x4.splat(0);
  const high = f32x4.pmax(r, f32x4.pmax(g, b));
  const range = f32x4.sub(high, f32x4.pmin(r, f32x4.pmin(g, b)));
  const inverse = v128.bitselect(f32x4.div(f32x4.splat(1), range), zero, f32x4.gt(range, zero));
  const fromRed = f32x4.mul(f32x4.sub(g, b), inverse);
  const fromGreen = f32x4.add(f32x4.mul(f32x4.sub(b, r), inverse), f32x4.splat(2));
  const fromBlue = f32x4.add(f32x4.mul(f32x4.sub(r, g), inverse), f32x4.splat(4));
  const others = v128.bitselect(fromGreen, fromBlue, f32x4.eq(high, g));
  const hue = f32x4.add(v128.bitselect(fromRed, others, f32x4.eq(high, r)), f32x4.splat(turn + 6));
  const v = f32x4.pmin(f32x4.mul(high, f32x4.splat(value)), f32x4.splat(255));
  const share = f32x4.div(f32x4.mul(range, f32x4.splat(saturation)), f32x4.pmax(high, f32x4.splat(1)));
  const chroma = f32x4.mul(v, f32x4.pmin(share, f32x4.splat(1)));
  red = toLevels(f32x4.sub(v, f32x4.mul(chroma, missing(hue, 5))), gr, or);
  green = toLevels(f32x4.sub(v, f32x4.mul(chroma, missing(hue, 3))), gg, og);
  blue = toLevels(f32x4.sub(v, f32x4.mul(chroma, missing(hue, 1))), gb, ob);
}

/**
 * Hue turned by `turn` sextants, saturation and value scaled, then every channel scaled and shifted; `plane` pixels,
 * up to 15 bytes beyond each plane are read and none written.
 */
export function recolourCanvas(
  canvas: usize, plane: usize, turn: f32, saturation: f32, value: f32,
  gr: f32, gg: f32, gb: f32, or: f32, og: f32, ob: f32,
): void {
  for (let n: usize = 0; n < plane; n += 16) {
    const r = v128.load(canvas + n);
    const g = v128.load(canvas + plane + n);
    const b = v128.load(canvas + 2 * plane + n);
    recolour(widen(r, 0), widen(g, 0), widen(b, 0), turn, saturation, value, gr, gg, gb, or, og, ob);
    const r0 = red, g0 = green, b0 = blue;
    recolour(widen(r, 1), widen(g, 1), widen(b, 1), turn, saturation, value, gr, gg, gb, or, og, ob);
    const r1 = red, g1 = green, b1 = blue;
    recolour(widen(r, 2), widen(g, 2), widen(b, 2), turn, saturation, value, gr, gg, gb, or, og, ob);
    const r2 = red, g2 = green, b2 = blue;
    recolour(widen(r, 3), widen(g, 3), widen(b, 3), turn, saturation, value, gr, gg, gb, or, og, ob);
    finish(canvas + n, pack(r0, r1, r2, red), plane - n);
    finish(canvas + plane + n, pack(g0, g1, g2, green), plane - n);
    finish(canvas + 2 * plane + n, pack(b0, b1, b2, blue), plane - n);
  }
}

/** Stores 16 bytes, or as many as are left. */
@inline
function finish(to: usize, bytes: v128, left: usize): void {
  if (left >= 16) {
    v128.store(to, bytes);
    return;
  }
  v128.store(0, bytes);
  memory.copy(to, 0, left);
}

/** Adds `strength / 256` times a table of int8 normal numbers, every row from another place of the table (65,536 long). */
export function addNoise(from: usize, width: i32, rows: i32, table: usize, seed: u32, strength: i32): void {
  const factor = i16x8.splat(<i16>strength);
  const half = i16x8.splat(128);
  let state = seed | 1;
  for (let row = 0; row < rows; row++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    const start = table + <usize>(state & 0xffff);
    const line = from + <usize>(row * width);
    for (let x = 0; x < width; x += 8) {
      const noise = v128.load_ext<i8>(start + <usize>x);
      const shift = i16x8.shr_s(i16x8.add(i16x8.mul(noise, factor), half), 8);
      const level = i16x8.add(v128.load_ext<u8>(line + <usize>x), shift);
      const bytes = i8x16.narrow_i16x8_u(level, level);
      if (x + 8 <= width) v128.store_lane<u64>(line + <usize>x, bytes, 0);
      else for (let n = 0; n < width - x; n++) store<u8>(line + <usize>(x + n), <u8>max(0, min(255, <i32>load<u8>(line + <usize>(x + n)) + ((<i32>load<i8>(start + <usize>(x + n)) * strength + 128) >> 8))));
    }
  }
}

/** Separable blur of one plane; `weights` are 2 radius + 1 uint16 that sum to 256; `scratch` holds a padded plane. */
export function blurPlane(plane: usize, width: i32, height: i32, weights: usize, radius: i32, scratch: usize): void {
  const line = scratch + <usize>(width * height) + 64;
  for (let y = 0; y < height; y++) {
    const row = plane + <usize>(y * width);
    memory.fill(line, load<u8>(row), <usize>radius);
    memory.copy(line + <usize>radius, row, <usize>width);
    memory.fill(line + <usize>(radius + width), load<u8>(row + <usize>(width - 1)), <usize>radius);
    weigh(line, 1, scratch + <usize>(y * width), width, weights, radius, 0, 2 * radius);
  }
  for (let y = 0; y < height; y++) {
    weigh(scratch + <usize>((y - radius) * width), width, plane + <usize>(y * width), width, weights, radius,
      max(0, radius - y), min(2 * radius, radius + height - 1 - y));
  }
}

/** Sums `weights[k] * from[x + k * step]`; taps outside first..last take the nearest one inside. */
function weigh(from: usize, step: i32, to: usize, width: i32, weights: usize, radius: i32, first: i32, last: i32): void {
  for (let x = 0; x < width; x += 8) {
    let sum = i16x8.splat(128);
    for (let k = 0; k <= 2 * radius; k++) {
      const tap = max(first, min(last, k));
      const pixels = v128.load_ext<u8>(from + <usize>(x + tap * step));
      sum = i16x8.add(sum, i16x8.mul(pixels, i16x8.splat(load<i16>(weights + (<usize>k << 1)))));
    }
    const words = i16x8.shr_u(sum, 8);
    const bytes = i8x16.narrow_i16x8_u(words, words);
    if (x + 8 <= width) v128.store_lane<u64>(to + <usize>x, bytes, 0);
    else finish(to + <usize>x, bytes, <usize>(width - x));
  }
}

/** to = (to * weight + other * (256 - weight)) / 256, 16 bytes at a time and a remainder. */
export function mix(to: usize, other: usize, count: usize, weight: i32): void {
  const own = i16x8.splat(<i16>weight);
  const rest = i16x8.splat(<i16>(256 - weight));
  const half = i16x8.splat(128);
  for (let n: usize = 0; n < count; n += 8) {
    const sum = i16x8.add(i16x8.mul(v128.load_ext<u8>(to + n), own), i16x8.mul(v128.load_ext<u8>(other + n), rest));
    const words = i16x8.shr_u(i16x8.add(sum, half), 8);
    const bytes = i8x16.narrow_i16x8_u(words, words);
    if (n + 8 <= count) v128.store_lane<u64>(to + n, bytes, 0);
    else finish(to + n, bytes, count - n);
  }
}
