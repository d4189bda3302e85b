// The renderer of synthetic scenes, in AssemblyScript, compiled to WebAssembly by `npm run kernels`: a z-buffer rasteriser
// at twice the size of the picture and a deferred shader. Addresses are bytes of linear memory.
//
// Glossary: W, H size of the buffers (twice the picture's); invW 1 / distance along the view, which is linear on the
// screen; slot: which colour of a palette a triangle takes; id: number of the object, 0 for what is not labelled.

// Buffers of the view, all [H, W]: invW float32; colour r, g, b, material; normal as three int8; id uint16; and the id of
// the object that last covered the pixel, visible or not.
let W: i32 = 0;
let H: i32 = 0;
let depths: usize = 0;
let colours: usize = 0;
let normals: usize = 0;
let ids: usize = 0;
let stamps: usize = 0;
let tiles: usize = 0;
let tilesAcross: i32 = 0;
/** uint32 per id: pixels covered, hidden ones included. */
let covered: usize = 0;

export function setView(
  width: i32, height: i32, depth: usize, colour: usize, normal: usize, id: usize, stamp: usize, tile: usize, cover: usize,
): void {
  W = width;
  H = height;
  depths = depth;
  colours = colour;
  normals = normal;
  ids = id;
  stamps = stamp;
  tiles = tile;
  tilesAcross = (width + 63) >> 6;
  covered = cover;
}

/**
 * Moves vertices (positions and normals, 3 float32 each) by a 3x4 matrix, then by a 4x4 projection to buffer pixels.
 * Out: x, y, invW, nx, ny, nz, -, - per vertex; invW is 0 for what lies before the near plane.
 */
export function transform(positions: usize, vertexNormals: usize, count: i32, m: usize, p: usize, out: usize, near: f32): void {
  const m0 = load<f32>(m), m1 = load<f32>(m, 4), m2 = load<f32>(m, 8), m3 = load<f32>(m, 12);
  const m4 = load<f32>(m, 16), m5 = load<f32>(m, 20), m6 = load<f32>(m, 24), m7 = load<f32>(m, 28);
  const m8 = load<f32>(m, 32), m9 = load<f32>(m, 36), m10 = load<f32>(m, 40), m11 = load<f32>(m, 44);
  for (let n = 0; n < count; n++) {
    const px = load<f32>(positions), py = load<f32>(positions, 4), pz = load<f32>(positions, 8);
    const x = m0 * px + m1 * py + m2 * pz + m3;
    const y = m4 * px + m5 * py + m6 * pz + m7;
    const z = m8 * px + m9 * py + m10 * pz + m11;
    const nx = load<f32>(vertexNormals), ny = load<f32>(vertexNormals, 4), nz = load<f32>(vertexNormals, 8);
    const w = load<f32>(p, 48) * x + load<f32>(p, 52) * y + load<f32>(p, 56) * z + load<f32>(p, 60);
    const inverse: f32 = w < near ? 0 : 1 / w;
    store<f32>(out, (load<f32>(p) * x + load<f32>(p, 4) * y + load<f32>(p, 8) * z + load<f32>(p, 12)) * inverse);
    store<f32>(out, (load<f32>(p, 16) * x + load<f32>(p, 20) * y + load<f32>(p, 24) * z + load<f32>(p, 28)) * inverse, 4);
    store<f32>(out, inverse, 8);
    const tx = m0 * nx + m1 * ny + m2 * nz, ty = m4 * nx + m5 * ny + m6 * nz, tz = m8 * nx + m9 * ny + m10 * nz;
    const length: f32 = 1 / Mathf.sqrt(max(1e-12, tx * tx + ty * ty + tz * tz));
    store<f32>(out, tx * length, 12);
    store<f32>(out, ty * length, 16);
    store<f32>(out, tz * length, 20);
    positions += 12;
    vertexNormals += 12;
    out += 32;
  }
}

// The triangle at hand: corners, plane of invW, span of a row.
let ax: f32 = 0, ay: f32 = 0, bx: f32 = 0, by: f32 = 0, cx: f32 = 0, cy: f32 = 0;
let top: i32 = 0, bottom: i32 = 0;
let inverseArea: f32 = 0;
let spanFrom: i32 = 0, spanTo: i32 = 0;

/** Takes three corners; false where the triangle is turned away or outside. */
@inline
function takeTriangle(a: usize, b: usize, c: usize, width: i32, height: i32, bothSides: bool): bool {
  ax = load<f32>(a); ay = load<f32>(a, 4);
  bx = load<f32>(b); by = load<f32>(b, 4);
  cx = load<f32>(c); cy = load<f32>(c, 4);
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (area === 0 || (area > 0 && !bothSides)) return false;
  inverseArea = 1 / area;
  top = max(0, <i32>Mathf.ceil(min(ay, min(by, cy)) - 0.5));
  bottom = min(height, <i32>Mathf.floor(max(ay, max(by, cy)) - 0.5) + 1);
  return top < bottom && max(ax, max(bx, cx)) > 0 && min(ax, min(bx, cx)) < <f32>width;
}

/** Pixels of the row whose centre is at `y`, into spanFrom and spanTo. */
@inline
function takeSpan(y: f32, width: i32): void {
  let low: f32 = 1e9, high: f32 = -1e9;
  if ((ay <= y) !== (by <= y)) { const x = ax + (y - ay) / (by - ay) * (bx - ax); low = min(low, x); high = max(high, x); }
  if ((by <= y) !== (cy <= y)) { const x = bx + (y - by) / (cy - by) * (cx - bx); low = min(low, x); high = max(high, x); }
  if ((cy <= y) !== (ay <= y)) { const x = cx + (y - cy) / (ay - cy) * (ax - cx); low = min(low, x); high = max(high, x); }
  if (low > high) { spanFrom = 0; spanTo = 0; return; }
  spanFrom = max(0, <i32>Mathf.ceil(max(low, -4) - 0.5));
  spanTo = min(width, <i32>Mathf.ceil(min(high, <f32>width + 4) - 0.5));
}

/** Change along x of a value with these corners; `along y` swaps the roles. */
@inline
function slopeX(a: f32, b: f32, c: f32): f32 {
  return ((b - a) * (cy - ay) - (c - a) * (by - ay)) * inverseArea;
}
@inline
function slopeY(a: f32, b: f32, c: f32): f32 {
  return ((c - a) * (bx - ax) - (b - a) * (cx - ax)) * inverseArea;
}

function markTiles(): void {
  const left = max(0, <i32>min(ax, min(bx, cx))) >> 6;
  const right = min(W - 1, <i32>max(ax, max(bx, cx))) >> 6;
  for (let row = top >> 6; row <= (bottom - 1) >> 6; row++) {
    for (let column = left; column <= right; column++) store<u8>(tiles + row * tilesAcross + column, 1);
  }
}

/** Draws triangles (three uint16 each) with smooth normals and one colour of the palette (uint32: r, g, b, material) each. */
export function drawMesh(vertices: usize, indices: usize, slots: usize, count: i32, palette: usize, id: i32, bothSides: i32): void {
  for (let n = 0; n < count; n++) {
    const a = vertices + (<usize>load<u16>(indices + n * 6) << 5);
    const b = vertices + (<usize>load<u16>(indices + n * 6, 2) << 5);
    const c = vertices + (<usize>load<u16>(indices + n * 6, 4) << 5);
    const za = load<f32>(a, 8), zb = load<f32>(b, 8), zc = load<f32>(c, 8);
    if (za === 0 || zb === 0 || zc === 0 || !takeTriangle(a, b, c, W, H, bothSides !== 0)) continue;
    markTiles();
    const colour = load<u32>(palette + (<usize>load<u8>(slots + n) << 2));
    const zx = slopeX(za, zb, zc), zy = slopeY(za, zb, zc);
    // Beyond the corners interpolation may pass 1: a byte leaves room for that.
    const flip: f32 = inverseArea > 0 ? -120 : 120;
    const na = load<f32>(a, 12) * flip, nb = load<f32>(a, 16) * flip, nc = load<f32>(a, 20) * flip;
    const n0x = slopeX(na, load<f32>(b, 12) * flip, load<f32>(c, 12) * flip), n0y = slopeY(na, load<f32>(b, 12) * flip, load<f32>(c, 12) * flip);
    const n1x = slopeX(nb, load<f32>(b, 16) * flip, load<f32>(c, 16) * flip), n1y = slopeY(nb, load<f32>(b, 16) * flip, load<f32>(c, 16) * flip);
    const n2x = slopeX(nc, load<f32>(b, 20) * flip, load<f32>(c, 20) * flip), n2y = slopeY(nc, load<f32>(b, 20) * flip, load<f32>(c, 20) * flip);
    let total: u32 = 0;
    for (let row = top; row < bottom; row++) {
      const y = <f32>row + 0.5;
      takeSpan(y, W);
      const dx = <f32>spanFrom + 0.5 - ax, dy = y - ay;
      let z = za + dx * zx + dy * zy;
      let n0 = na + dx * n0x + dy * n0y, n1 = nb + dx * n1x + dy * n1y, n2 = nc + dx * n2x + dy * n2y;
      let at: usize = row * W + spanFrom;
      for (let x = spanFrom; x < spanTo; x++) {
        if (id !== 0 && load<u16>(stamps + (at << 1)) !== <u16>id) { store<u16>(stamps + (at << 1), <u16>id); total++; }
        if (z > load<f32>(depths + (at << 2))) {
          store<f32>(depths + (at << 2), z);
          store<u32>(colours + (at << 2), colour);
          store<u32>(normals + (at << 2), (<u32>(<i32>n0 & 255)) | (<u32>(<i32>n1 & 255) << 8) | (<u32>(<i32>n2 & 255) << 16));
          store<u16>(ids + (at << 1), <u16>id);
        }
        z += zx; n0 += n0x; n1 += n1x; n2 += n2x;
        at++;
      }
    }
    if (total > 0) store<u32>(covered + (id << 2), load<u32>(covered + (id << 2)) + total);
  }
}

/** One texel of a mip level, bilinear, wrapped; into red, green, blue (0..255) and alpha. */
let red: f32 = 0, green: f32 = 0, blue: f32 = 0, alpha: f32 = 0;
function texel(texture: usize, logWidth: i32, logHeight: i32, level: i32, u: f32, v: f32): void {
  let at = texture;
  for (let n = 0; n < level; n++) at += 4 << (max(0, logWidth - n) + max(0, logHeight - n));
  const lw = max(0, logWidth - level), lh = max(0, logHeight - level);
  const x = u * <f32>(1 << lw) - 0.5, y = v * <f32>(1 << lh) - 0.5;
  const fx = Mathf.floor(x), fy = Mathf.floor(y);
  const tx = x - fx, ty = y - fy;
  const mx = (1 << lw) - 1, my = (1 << lh) - 1;
  const x0 = <i32>fx & mx, y0 = <i32>fy & my, x1 = (x0 + 1) & mx, y1 = (y0 + 1) & my;
  add(load<u32>(at + ((y0 << lw) + x0 << 2)), (1 - tx) * (1 - ty));
  add(load<u32>(at + ((y0 << lw) + x1 << 2)), tx * (1 - ty));
  add(load<u32>(at + ((y1 << lw) + x0 << 2)), (1 - tx) * ty);
  add(load<u32>(at + ((y1 << lw) + x1 << 2)), tx * ty);
}
@inline
function add(rgba: u32, weight: f32): void {
  red += weight * <f32>(rgba & 255);
  green += weight * <f32>((rgba >> 8) & 255);
  blue += weight * <f32>((rgba >> 16) & 255);
  alpha += weight * <f32>(rgba >> 24);
}

/**
 * Draws one textured triangle; corners are x, y, invW, u, v. The texture has mip levels down to 1x1 one after another;
 * up to eight samples lie along the longer side of a pixel's footprint. Texels of less than half alpha are holes.
 */
export function drawTextured(corners: usize, texture: usize, logWidth: i32, logHeight: i32, normal: u32, material: i32, id: i32): void {
  const a = corners, b = corners + 20, c = corners + 40;
  if (!takeTriangle(a, b, c, W, H, true)) return;
  const za = load<f32>(a, 8), zb = load<f32>(b, 8), zc = load<f32>(c, 8);
  const zx = slopeX(za, zb, zc), zy = slopeY(za, zb, zc);
  const ua = load<f32>(a, 12) * za, ub = load<f32>(b, 12) * zb, uc = load<f32>(c, 12) * zc;
  const va = load<f32>(a, 16) * za, vb = load<f32>(b, 16) * zb, vc = load<f32>(c, 16) * zc;
  const ux = slopeX(ua, ub, uc), uy = slopeY(ua, ub, uc), vx = slopeX(va, vb, vc), vy = slopeY(va, vb, vc);
  const sizeU = <f32>(1 << logWidth), sizeV = <f32>(1 << logHeight);
  const levels = max(logWidth, logHeight);
  for (let row = top; row < bottom; row++) {
    const y = <f32>row + 0.5;
    takeSpan(y, W);
    for (let px = spanFrom; px < spanTo; px++) {
      const dx = <f32>px + 0.5 - ax, dy = y - ay;
      const z = za + dx * zx + dy * zy;
      const at: usize = row * W + px;
      if (z <= load<f32>(depths + (at << 2))) continue;
      const w: f32 = 1 / z;
      const u = (ua + dx * ux + dy * uy) * w, v = (va + dx * vx + dy * vy) * w;
      const uX = (ux - u * zx) * w, vX = (vx - v * zx) * w, uY = (uy - u * zy) * w, vY = (vy - v * zy) * w;
      const lengthX = Mathf.sqrt(uX * uX * sizeU * sizeU + vX * vX * sizeV * sizeV);
      const lengthY = Mathf.sqrt(uY * uY * sizeU * sizeU + vY * vY * sizeV * sizeV);
      const longer = max(lengthX, lengthY), shorter = max(min(lengthX, lengthY), longer / 8);
      const taps = max(1, min(8, <i32>(longer / max(shorter, 1))));
      const level = max(0, min(levels, <i32>(Mathf.log2(max(longer / <f32>taps, 1)) + 0.3)));
      const du = lengthX > lengthY ? uX : uY, dv = lengthX > lengthY ? vX : vY;
      red = 0; green = 0; blue = 0; alpha = 0;
      for (let tap = 0; tap < taps; tap++) {
        const t = (<f32>tap + 0.5) / <f32>taps - 0.5;
        texel(texture, logWidth, logHeight, level, u + t * du, v + t * dv);
      }
      const share: f32 = 1 / <f32>taps;
      if (alpha * share < 128) continue;
      store<f32>(depths + (at << 2), z);
      store<u32>(colours + (at << 2), <u32>(red * share + 0.5) | (<u32>(green * share + 0.5) << 8) | (<u32>(blue * share + 0.5) << 16) | (<u32>material << 24));
      store<u32>(normals + (at << 2), normal);
      store<u16>(ids + (at << 1), <u16>id);
    }
  }
}

/**
 * Draws triangles into a shadow map [size, size]: the largest third coordinate (towards the light) stays. Every block of
 * 32x32 that is drawn into, and its neighbours, is marked in `blocks` (uint8).
 */
export function drawShadow(vertices: usize, indices: usize, count: i32, map: usize, size: i32, blocks: usize): void {
  for (let n = 0; n < count; n++) {
    const a = vertices + (<usize>load<u16>(indices + n * 6) << 5);
    const b = vertices + (<usize>load<u16>(indices + n * 6, 2) << 5);
    const c = vertices + (<usize>load<u16>(indices + n * 6, 4) << 5);
    if (!takeTriangle(a, b, c, size, size, true)) continue;
    markBlocks(blocks, size);
    const za = load<f32>(a, 8), zb = load<f32>(b, 8), zc = load<f32>(c, 8);
    const zx = slopeX(za, zb, zc), zy = slopeY(za, zb, zc);
    for (let row = top; row < bottom; row++) {
      const y = <f32>row + 0.5;
      takeSpan(y, size);
      let z = za + (<f32>spanFrom + 0.5 - ax) * zx + (y - ay) * zy;
      for (let at = map + ((row * size + spanFrom) << 2), end = map + ((row * size + spanTo) << 2); at < end; at += 4) {
        if (z > load<f32>(at)) store<f32>(at, z);
        z += zx;
      }
    }
  }
}

function markBlocks(blocks: usize, size: i32): void {
  const last = (size >> 5) - 1;
  const left = max(0, (<i32>min(ax, min(bx, cx)) >> 5) - 1), right = min(last, (<i32>max(ax, max(bx, cx)) >> 5) + 1);
  const high = min(last, (bottom >> 5) + 1);
  for (let row = max(0, (top >> 5) - 1); row <= high; row++) {
    for (let column = left; column <= right; column++) store<u8>(blocks + row * (last + 1) + column, 1);
  }
}

/** Moves vertices by a 3x4 matrix and an affine 3x4 light matrix: x, y in map pixels, third coordinate towards the light. */
export function transformToLight(positions: usize, count: i32, m: usize, light: usize, out: usize): void {
  for (let n = 0; n < count; n++) {
    const px = load<f32>(positions), py = load<f32>(positions, 4), pz = load<f32>(positions, 8);
    const x = load<f32>(m) * px + load<f32>(m, 4) * py + load<f32>(m, 8) * pz + load<f32>(m, 12);
    const y = load<f32>(m, 16) * px + load<f32>(m, 20) * py + load<f32>(m, 24) * pz + load<f32>(m, 28);
    const z = load<f32>(m, 32) * px + load<f32>(m, 36) * py + load<f32>(m, 40) * pz + load<f32>(m, 44);
    for (let row = 0; row < 3; row++) {
      const at = light + (row << 4);
      store<f32>(out + (row << 2), load<f32>(at) * x + load<f32>(at, 4) * y + load<f32>(at, 8) * z + load<f32>(at, 12));
    }
    positions += 12;
    out += 32;
  }
}

// ---------------------------------------------------------------------------------------------------------------- light

// float32 at `light`: 0 camera xyz, 3 ray at buffer pixel (0, 0), 6 its change along x, 9 along y, 12 sun direction,
// 15 sun colour, 18 sky, 21 ground, 24 horizon, 27 fog density, 28 ambient occlusion, 29 softness (texels),
// 30 sun matrix 3x4, 42 its size, 43 its bias, 44 zenith matrix 3x4, 56 its size, 57 number of lamps,
// 58 reflected building light, 64 lamps of 8: xyz, rgb, 1 / reach^2, -.
let light: usize = 0;
let sunStatic: usize = 0, sunMoving: usize = 0, zenithStatic: usize = 0, zenithMoving: usize = 0;
let sunBlocks: usize = 0, zenithBlocks: usize = 0;
/** float32 x 4 per material: reflectance at normal incidence, gloss 0..1, emission, unlit. */
let materials: usize = 0;
/** uint8 [4096]: display level of sqrt(radiance / 8). */
let display: usize = 0;

export function setLight(
  parameters: usize, sun0: usize, sun1: usize, zenith0: usize, zenith1: usize, blocks0: usize, blocks1: usize, material: usize, levels: usize,
): void {
  light = parameters;
  sunStatic = sun0;
  sunMoving = sun1;
  zenithStatic = zenith0;
  zenithMoving = zenith1;
  sunBlocks = blocks0;
  zenithBlocks = blocks1;
  materials = material;
  display = levels;
}

@inline
function L(n: i32): f32 {
  return load<f32>(light + (<usize>n << 2));
}

/** Share of 16 places around a point of a map that nothing covers. */
function openness(map: usize, size: i32, x: f32, y: f32, height: f32, spacing: f32, blocks: usize): f32 {
  if (blocks !== 0) {
    const column = <i32>x >> 5, row = <i32>y >> 5, across = size >> 5;
    if (<u32>column >= <u32>across || <u32>row >= <u32>across || load<u8>(blocks + row * across + column) === 0) return 1;
  }
  const left = x - 1.5 * spacing, topmost = y - 1.5 * spacing;
  if (left < 1 || topmost < 1 || x + 2 * spacing > <f32>(size - 2) || y + 2 * spacing > <f32>(size - 2)) return 1;
  const far: f32 = 3 * spacing;
  const corners = open(map, size, left, topmost, height) + open(map, size, left + far, topmost, height)
    + open(map, size, left, topmost + far, height) + open(map, size, left + far, topmost + far, height);
  if ((corners === 0 || corners === 4) && open(map, size, x, y, height) * 4 === corners) return corners * 0.25;
  let sum: f32 = 0;
  for (let j = 0; j < 4; j++) for (let i = 0; i < 4; i++) sum += open(map, size, left + <f32>i * spacing, topmost + <f32>j * spacing, height);
  return sum * 0.0625;
}
@inline
function open(map: usize, size: i32, x: f32, y: f32, height: f32): f32 {
  return load<f32>(map + ((<i32>y * size + <i32>x) << 2)) > height ? 0 : 1;
}

/** The same from the four corners alone: for what moves, where edges of shadows pass quickly. */
@inline
function roughOpenness(map: usize, size: i32, x: f32, y: f32, height: f32, spacing: f32): f32 {
  const left = x - 1.5 * spacing, topmost = y - 1.5 * spacing, far: f32 = 3 * spacing;
  if (left < 1 || topmost < 1 || x + 2 * spacing > <f32>(size - 2) || y + 2 * spacing > <f32>(size - 2)) return 1;
  return 0.25 * (open(map, size, left, topmost, height) + open(map, size, left + far, topmost, height)
    + open(map, size, left, topmost + far, height) + open(map, size, left + far, topmost + far, height));
}

let px: f32 = 0, py: f32 = 0, pz: f32 = 0;
/** The world point behind a buffer pixel, into px, py, pz. */
@inline
function locate(x: f32, y: f32, inverse: f32): void {
  const w: f32 = 1 / inverse;
  px = L(0) + (L(3) + x * L(6) + y * L(9)) * w;
  py = L(1) + (L(4) + x * L(7) + y * L(10)) * w;
  pz = L(2) + (L(5) + x * L(8) + y * L(11)) * w;
}

@inline
function sunOpen(map: usize, blocks: usize, nx: f32, ny: f32, nz: f32): f32 {
  const shift: f32 = 0.05;
  const x = px + nx * shift, y = py + ny * shift, z = pz + nz * shift;
  return openness(map, <i32>L(42), L(30) * x + L(31) * y + L(32) * z + L(33), L(34) * x + L(35) * y + L(36) * z + L(37),
    L(38) * x + L(39) * y + L(40) * z + L(41) + L(43), L(29), blocks);
}

/** How open the sky is above a point, seen from half a metre in front of the surface. */
@inline
function skyOpen(map: usize, blocks: usize, nx: f32, ny: f32, nz: f32): f32 {
  const x = px + nx * 0.45, y = py + ny * 0.45, z = pz + 0.08;
  const u = L(44) * x + L(45) * y + L(46) * z + L(47), v = L(48) * x + L(49) * y + L(50) * z + L(51);
  const size = <i32>L(56);
  return openness(map, size, u, v, z, 3.2, blocks);
}

// Radiance of the point at hand: without the sun and what the sun adds.
let ar: f32 = 0, ag: f32 = 0, ab: f32 = 0, sr: f32 = 0, sg: f32 = 0, sb: f32 = 0;
let unlit: bool = false;

@inline
function linear(level: u32): f32 {
  const c = <f32>level * <f32>(1.0 / 255.0);
  return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}
@inline
function signed(word: u32, shift: i32): f32 {
  return <f32>((<i32>(word << (24 - shift))) >> 24);
}

// What a glossy surface mirrors: how much, the surroundings, and the sun's glint.
let fresnel: f32 = 0, shine: f32 = 0, er: f32 = 0, eg: f32 = 0, eb: f32 = 0;
function reflect(nx: f32, ny: f32, nz: f32, vx: f32, vy: f32, vz: f32, f0: f32, gloss: f32, inSun: bool): void {
  const facing = max(0, nx * vx + ny * vy + nz * vz);
  const grazing: f32 = 1 - facing;
  fresnel = (f0 + (1 - f0) * grazing * grazing * grazing * grazing * grazing * gloss) * gloss;
  const twice = facing + facing;
  const rx = twice * nx - vx, ry = twice * ny - vy, rz = twice * nz - vz;
  const high = max(0, min(1, (rz - 0.05) * 4)), low = max(0, min(1, -rz * 6));
  const zenith = Mathf.sqrt(max(0, rz));
  const wall = L(58);
  er = mix3(mix3(L(24) * wall, mix3(L(24), L(18), zenith), high), L(21) * 0.6, low);
  eg = mix3(mix3(L(25) * wall, mix3(L(25), L(19), zenith), high), L(22) * 0.6, low);
  eb = mix3(mix3(L(26) * wall, mix3(L(26), L(20), zenith), high), L(23) * 0.6, low);
  if (!inSun) return;
  const towards = max(0, rx * L(12) + ry * L(13) + rz * L(14));
  let glint = towards * towards; glint *= glint; glint *= glint; glint *= glint;
  const sharp = glint * glint * glint * glint;
  shine = gloss * (0.25 * f0 * glint * 8 + fresnel * sharp * 14);
}

/** Lights a surface: Lambert with a hemisphere of sky and ground, Schlick reflection of the surroundings, the sun, lamps, haze. */
function lit(x: f32, y: f32, inverse: f32, colour: u32, nx: f32, ny: f32, nz: f32): void {
  locate(x, y, inverse);
  const r = linear(colour & 255), g = linear((colour >> 8) & 255), b = linear((colour >> 16) & 255);
  const material = materials + <usize>((colour >> 24) << 4);
  const emission = load<f32>(material, 8);
  unlit = load<f32>(material, 12) !== 0;
  if (unlit) {
    ar = r * emission; ag = g * emission; ab = b * emission;
    sr = 0; sg = 0; sb = 0;
    return;
  }
  const length: f32 = 1 / Mathf.sqrt(max(1e-6, nx * nx + ny * ny + nz * nz));
  nx *= length; ny *= length; nz *= length;
  let vx = L(0) - px, vy = L(1) - py, vz = L(2) - pz;
  const distance = Mathf.sqrt(vx * vx + vy * vy + vz * vz);
  vx /= distance; vy /= distance; vz /= distance;
  const up: f32 = 0.5 + 0.5 * nz;
  const sunny = max(0, nx * L(12) + ny * L(13) + nz * L(14));
  const gloss = load<f32>(material, 4);
  fresnel = 0; shine = 0; er = 0; eg = 0; eb = 0;
  if (gloss > 0.2) reflect(nx, ny, nz, vx, vy, vz, load<f32>(material), gloss, sunny > 0);
  const diffuse: f32 = 1 - fresnel;
  ar = r * diffuse * mix3(L(21), L(18), up) + er * fresnel + r * emission;
  ag = g * diffuse * mix3(L(22), L(19), up) + eg * fresnel + g * emission;
  ab = b * diffuse * mix3(L(23), L(20), up) + eb * fresnel + b * emission;
  sr = L(15) * (r * diffuse * sunny + shine);
  sg = L(16) * (g * diffuse * sunny + shine);
  sb = L(17) * (b * diffuse * sunny + shine);
  lamps(r, g, b, nx, ny, nz);
  // exp(-haze), to the third order: haze is below 1.
  const haze = distance * L(27);
  const clear: f32 = 1 / (1 + haze * (1 + haze * (0.5 + haze * <f32>(1.0 / 6.0))));
  ar = mix3(L(24), ar, clear); ag = mix3(L(25), ag, clear); ab = mix3(L(26), ab, clear);
  sr *= clear; sg *= clear; sb *= clear;
}
@inline
function mix3(a: f32, b: f32, t: f32): f32 {
  return a + (b - a) * t;
}

function lamps(r: f32, g: f32, b: f32, nx: f32, ny: f32, nz: f32): void {
  const count = <i32>L(57);
  for (let n = 0; n < count; n++) {
    const at = 64 + 8 * n;
    const dx = L(at) - px, dy = L(at + 1) - py, dz = L(at + 2) - pz;
    const square = dx * dx + dy * dy + dz * dz;
    const reach: f32 = 1 - square * L(at + 6);
    if (reach <= 0) continue;
    const amount = max(0.08, (nx * dx + ny * dy + nz * dz) / Mathf.sqrt(square)) * reach * reach;
    ar += r * L(at + 3) * amount;
    ag += g * L(at + 4) * amount;
    ab += b * L(at + 5) * amount;
  }
}

/**
 * Lights the static part of the scene once. `baked` holds per picture pixel 8 float32: radiance without the sun, invW,
 * what the sun adds, and 1 where nothing dims it. Every fourth buffer pixel counts alike.
 */
export function bake(baked: usize): void {
  for (let y = 0; y < H >> 1; y++) {
    for (let x = 0; x < W >> 1; x++) {
      const at: usize = (y * W + x) << 1;
      const to = baked + <usize>((y * (W >> 1) + x) << 5);
      tr = 0; tg = 0; tb = 0; ur = 0; ug = 0; ub = 0; dims = 0;
      if (isPlain(at)) bakeSample(<f32>(x << 1) + 1, <f32>(y << 1) + 1, at, meanColour(at), 4);
      else for (let n = 0; n < 4; n++) {
        const own = at + (n & 1) + (n >> 1) * W;
        bakeSample(<f32>((x << 1) + (n & 1)) + 0.5, <f32>((y << 1) + (n >> 1)) + 0.5, own, load<u32>(colours + (own << 2)), 1);
      }
      store<f32>(to, tr * 0.25); store<f32>(to, tg * 0.25, 4); store<f32>(to, tb * 0.25, 8);
      store<f32>(to, load<f32>(depths + (at << 2)), 12);
      store<f32>(to, ur * 0.25, 16); store<f32>(to, ug * 0.25, 20); store<f32>(to, ub * 0.25, 24);
      store<f32>(to, dims >= 2 ? 1 : 0, 28);
    }
  }
}

let tr: f32 = 0, tg: f32 = 0, tb: f32 = 0, ur: f32 = 0, ug: f32 = 0, ub: f32 = 0, dims: f32 = 0;

function bakeSample(x: f32, y: f32, at: usize, colour: u32, times: f32): void {
  const normal = load<u32>(normals + (at << 2));
  const nx = signed(normal, 0) / 127, ny = signed(normal, 8) / 127, nz = signed(normal, 16) / 127;
  lit(x, y, load<f32>(depths + (at << 2)), colour, nx, ny, nz);
  const dark: f32 = unlit ? 1 : 1 - L(28) * (1 - skyOpen(zenithStatic, 0, nx, ny, nz));
  const sun: f32 = unlit ? 1 : sr + sg + sb > 0 ? sunOpen(sunStatic, 0, nx, ny, nz) : 0;
  if (unlit) dims += times;
  tr += ar * dark * times; tg += ag * dark * times; tb += ab * dark * times;
  ur += sr * sun * times; ug += sg * sun * times; ub += sb * sun * times;
}

/** Whether the four samples of a pixel lie on one smooth surface. */
@inline
function isPlain(at: usize): bool {
  const below = at + W;
  const normal = load<u32>(normals + (at << 2));
  if (load<u32>(normals + (at << 2), 4) !== normal || load<u32>(normals + (below << 2)) !== normal || load<u32>(normals + (below << 2), 4) !== normal) return false;
  const z = load<f32>(depths + (at << 2));
  if (Mathf.abs(load<f32>(depths + (below << 2), 4) - z) > 0.03 * z) return false;
  const material = load<u8>(colours + (at << 2), 3);
  return load<u8>(colours + (at << 2), 7) === material && load<u8>(colours + (below << 2), 3) === material && load<u8>(colours + (below << 2), 7) === material;
}

@inline
function meanColour(at: usize): u32 {
  const a = load<u32>(colours + (at << 2)), b = load<u32>(colours + (at << 2), 4);
  const below = at + W;
  const c = load<u32>(colours + (below << 2)), d = load<u32>(colours + (below << 2), 4);
  const even = (((a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x20002) >> 2) & 0xff00ff;
  const odd = ((((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255) + 2) >> 2) << 8;
  return even | odd | (a & 0xff000000);
}

// Display levels of a radiance, summed.
let dr: u32 = 0, dg: u32 = 0, db: u32 = 0;
@inline
function show(r: f32, g: f32, b: f32, times: u32): void {
  dr += level(r) * times; dg += level(g) * times; db += level(b) * times;
}
@inline
function level(radiance: f32): u32 {
  return load<u8>(display + <usize>min(4095, <i32>(Mathf.sqrt(max(0, radiance) * 0.125) * 4095)));
}

/** A static pixel under what moves: shadows and dimmed sky. */
@inline
function showBaked(at: usize, x: i32, y: i32, times: u32): void {
  const inverse = load<f32>(at, 12);
  let sun: f32 = 1, sky: f32 = 1;
  if (load<f32>(at, 28) === 0) {
    locate(<f32>((x << 1)) + 1, <f32>((y << 1)) + 1, inverse);
    sun = sunOpen(sunMoving, sunBlocks, 0, 0, 0);
    sky = 1 - L(28) * (1 - skyOpen(zenithMoving, zenithBlocks, 0, 0, 0));
  }
  show(load<f32>(at) * sky + load<f32>(at, 16) * sun, load<f32>(at, 4) * sky + load<f32>(at, 20) * sun, load<f32>(at, 8) * sky + load<f32>(at, 24) * sun, times);
}

@inline
function showMoving(x: f32, y: f32, inverse: f32, colour: u32, nx: f32, ny: f32, nz: f32, times: u32): void {
  lit(x, y, inverse, colour, nx, ny, nz);
  let sun: f32 = 1, sky: f32 = 1;
  if (!unlit) {
    const length: f32 = 1 / Mathf.sqrt(max(1e-6, nx * nx + ny * ny + nz * nz));
    nx *= length; ny *= length; nz *= length;
    if (sr + sg + sb > 0) {
      const sx = L(30) * px + L(31) * py + L(32) * pz + L(33), sy = L(34) * px + L(35) * py + L(36) * pz + L(37);
      const high = L(38) * px + L(39) * py + L(40) * pz + L(41) + L(43);
      sun = roughOpenness(sunStatic, <i32>L(42), sx, sy, high, L(29));
      if (sun > 0) sun = min(sun, sunOpen(sunMoving, sunBlocks, nx, ny, nz));
    } else sun = 0;
    const zx = L(44) * px + L(45) * py + L(46) * pz + L(47), zy = L(48) * px + L(49) * py + L(50) * pz + L(51);
    sky = 1 - 0.6 * L(28) * (1 - roughOpenness(zenithStatic, <i32>L(56), zx, zy, pz + 0.08, 3.2));
  }
  show(ar * sky + sr * sun, ag * sky + sg * sun, ab * sky + sb * sun, times);
}

let first: bool = false;

/**
 * Shades the picture [H / 2, W / 2] of RGBA in every marked tile; `fixed` is the static invW. Where nothing moves, `out` holds
 * the static picture already, unless this is the `whole` picture for the first time.
 */
export function shade(out: usize, baked: usize, fixed: usize, whole: i32): void {
  first = whole !== 0;
  const width = W >> 1, height = H >> 1;
  for (let tile = 0; tile < tilesAcross * ((H + 63) >> 6); tile++) {
    if (load<u8>(tiles + tile) === 0) continue;
    const left = (tile % tilesAcross) << 5, topmost = (tile / tilesAcross) << 5;
    for (let y = topmost; y < min(height, topmost + 32); y++) {
      for (let x = left; x < min(width, left + 32); x++) shadePixel(out, baked, fixed, x, y);
    }
  }
}

/** Whether anything that moves was drawn into the block of a map that the point at hand falls into. */
@inline
function mayCover(blocks: usize, size: i32, matrix: i32): bool {
  const u = L(matrix) * px + L(matrix + 1) * py + L(matrix + 2) * pz + L(matrix + 3);
  const v = L(matrix + 4) * px + L(matrix + 5) * py + L(matrix + 6) * pz + L(matrix + 7);
  const column = <i32>u >> 5, row = <i32>v >> 5, across = size >> 5;
  return <u32>column < <u32>across && <u32>row < <u32>across && load<u8>(blocks + row * across + column) !== 0;
}

function shadePixel(out: usize, baked: usize, fixed: usize, x: i32, y: i32): void {
  const at: usize = 2 * y * W + 2 * x;
  const own = baked + <usize>((y * (W >> 1) + x) << 5);
  const under = at + W;
  if (!first && load<u64>(depths + (at << 2)) === load<u64>(fixed + (at << 2)) && load<u64>(depths + (under << 2)) === load<u64>(fixed + (under << 2))) {
    // Nothing moves here: what was baked stays, unless something may throw a shadow on it.
    if (load<f32>(own, 28) !== 0) return;
    locate(<f32>(x << 1) + 1, <f32>(y << 1) + 1, load<f32>(own, 12));
    if (!mayCover(sunBlocks, <i32>L(42), 30) && !mayCover(zenithBlocks, <i32>L(56), 44)) return;
  }
  dr = 0; dg = 0; db = 0;
  let rest: u32 = 0;
  const colour = load<u32>(colours + (at << 2));
  let moving = 0, alike = true;
  let sx: f32 = 0, sy: f32 = 0, sz: f32 = 0;
  for (let n = 0; n < 4; n++) {
    const pixel = at + (n & 1) + (n >> 1) * W;
    if (load<f32>(depths + (pixel << 2)) === load<f32>(fixed + (pixel << 2))) continue;
    moving++;
    if (load<u32>(colours + (pixel << 2)) !== colour) alike = false;
    const normal = load<u32>(normals + (pixel << 2));
    sx += signed(normal, 0); sy += signed(normal, 8); sz += signed(normal, 16);
  }
  if (moving === 4 && alike && sx * sx + sy * sy + sz * sz > <f32>(0.9 * 480 * 480)) {
    showMoving(<f32>((x << 1)) + 1, <f32>((y << 1)) + 1, load<f32>(depths + (at << 2)), colour, sx, sy, sz, 4);
  } else {
    for (let n = 0; n < 4; n++) {
      const pixel = at + (n & 1) + (n >> 1) * W;
      const inverse = load<f32>(depths + (pixel << 2));
      if (inverse === load<f32>(fixed + (pixel << 2))) { rest++; continue; }
      const normal = load<u32>(normals + (pixel << 2));
      showMoving(<f32>((x << 1) + (n & 1)) + 0.5, <f32>((y << 1) + (n >> 1)) + 0.5, inverse, load<u32>(colours + (pixel << 2)), signed(normal, 0), signed(normal, 8), signed(normal, 16), 1);
    }
    if (rest > 0) showBaked(own, x, y, rest);
  }
  store<u32>(out + <usize>((y * (W >> 1) + x) << 2), ((dr + 2) >> 2) | (((dg + 2) >> 2) << 8) | (((db + 2) >> 2) << 16) | 0xff000000);
}

/** Puts back what stands still in every tile that was marked in the last frame, and unmarks it. */
export function restoreTiles(fixedDepth: usize, fixedId: usize): void {
  for (let tile = 0; tile < tilesAcross * ((H + 63) >> 6); tile++) {
    if (load<u8>(tiles + tile) === 0) continue;
    store<u8>(tiles + tile, 0);
    const left = (tile % tilesAcross) << 6, topmost = (tile / tilesAcross) << 6;
    const across = <usize>min(64, W - left);
    for (let y = topmost; y < min(H, topmost + 64); y++) {
      const at = <usize>(y * W + left);
      memory.copy(depths + (at << 2), fixedDepth + (at << 2), across << 2);
      memory.copy(ids + (at << 1), fixedId + (at << 1), across << 1);
      memory.fill(stamps + (at << 1), 0, across << 1);
    }
  }
}

/** Empties the marked blocks of a shadow map and unmarks them. */
export function clearShadow(map: usize, size: i32, blocks: usize): void {
  const across = size >> 5;
  for (let block = 0; block < across * across; block++) {
    if (load<u8>(blocks + block) === 0) continue;
    store<u8>(blocks + block, 0);
    const at = map + <usize>((((block / across) << 5) * size + ((block % across) << 5)) << 2);
    for (let row = 0; row < 32; row++) memory.fill(at + <usize>(row * size << 2), 0xc9, 128);
  }
}

/** Extent of every id that is to be seen: int32 x 5 per id: left, top, right, bottom (buffer px, ends included), pixels. */
export function measure(extents: usize): void {
  for (let y = 0; y < H; y++) {
    const row = ids + <usize>((y * W) << 1);
    for (let x = 0; x < W; x += 4) {
      if (load<u64>(row + <usize>(x << 1)) === 0) continue;
      for (let n = x; n < x + 4; n++) {
        const id = load<u16>(row + <usize>(n << 1));
        if (id === 0) continue;
        const at = extents + <usize>id * 20;
        store<i32>(at, min(load<i32>(at), n));
        store<i32>(at, min(load<i32>(at, 4), y), 4);
        store<i32>(at, max(load<i32>(at, 8), n), 8);
        store<i32>(at, max(load<i32>(at, 12), y), 12);
        store<i32>(at, load<i32>(at, 16) + 1, 16);
      }
    }
  }
}

/** Sensor noise, stronger in the dark: `strength / 256` times a table of int8 normal numbers (65,536 long); RGBA in place. */
export function grain(picture: usize, pixels: i32, table: usize, seed: u32, strength: i32): void {
  let state = seed | 1;
  let from: u32 = 0;
  for (let n = 0; n < pixels; n++) {
    if ((n & 255) === 0) {
      state ^= state << 13; state ^= state >> 17; state ^= state << 5;
      from = state;
    }
    const at = picture + (<usize>n << 2);
    const luma = (<i32>load<i8>(table + <usize>(from++ & 0xffff))) * strength;
    const chroma = ((<i32>load<i8>(table + <usize>((from * 3 + 77) & 0xffff))) * strength) >> 1;
    store<u8>(at, <u8>max(0, min(255, <i32>load<u8>(at) + ((luma + chroma + 128) >> 8))));
    store<u8>(at, <u8>max(0, min(255, <i32>load<u8>(at, 1) + ((luma + 128) >> 8))), 1);
    store<u8>(at, <u8>max(0, min(255, <i32>load<u8>(at, 2) + ((luma - chroma + 128) >> 8))), 2);
  }
}
