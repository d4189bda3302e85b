import type { Box } from '#core/box.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import type { Matrix } from './matrix.js';
import type { Canvas, Picture } from './picture.js';

/** The functions of scripts/augmentation-kernels.as; numbers are addresses, pixels, or as named there. */
interface Exports {
  paintAffine(...values: number[]): void;
  paintRow(...values: number[]): void;
  locateRow(...values: number[]): void;
  halve(from: number, width: number, height: number, to: number): void;
  recolourCanvas(...values: number[]): void;
  addNoise(from: number, width: number, rows: number, table: number, seed: number, strength: number): void;
  blurPlane(plane: number, width: number, height: number, weights: number, radius: number, scratch: number): void;
  mix(to: number, other: number, count: number, weight: number): void;
}

// The memory of one thread, in bytes. Only what is touched is ever given to the process by the system.
const MEBI = 1024 * 1024;
const MAX_SIDE = 8 * 1024;
const ROWS = 64 * 1024;
const ROW_BYTES = 4 * MAX_SIDE + 64;
const NOISE = 256 * 1024;
const NOISE_LENGTH = 65_536 + MAX_SIDE;
const CANVASES = [1 * MEBI, 9 * MEBI, 17 * MEBI] as const;
const CANVAS_BYTES = 8 * MEBI - 64;
const SCRATCH = 25 * MEBI;
const HALF = 33 * MEBI;
const PICTURE = 49 * MEBI;
const END = 113 * MEBI;

/** What is used of the WebAssembly JavaScript interface (W3C), which the Node types leave to the DOM's. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

interface Machine {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly bytes: Uint8Array;
  readonly kernels: Exports;
}

let started: Machine | undefined;

/** The kernels of this thread, started when first needed. */
function machine(): Machine {
  if (started !== undefined) return started;
  const memory = new WebAssembly.Memory({ initial: END / 65_536, maximum: END / 65_536 });
  const module = new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'));
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
  started = { memory, bytes: new Uint8Array(memory.buffer), kernels };
  const random = new Random(0x6e6f69);
  for (let n = 0; n < NOISE_LENGTH; n++) {
    started.bytes[NOISE + n] = Math.max(-127, Math.min(127, Math.round(32 * random.normal())));
  }
  return started;
}

/** One of two canvases in the kernels' own memory, on which they work without copying. Its pixels are what was left there. */
export function residentCanvas(slot: 0 | 1, { width, height }: Size): Canvas {
  return {
    width,
    height,
    data: machine().bytes.subarray(CANVASES[slot], CANVASES[slot] + checked(3 * width * height)),
  };
}

function checked(length: number): number {
  if (length > CANVAS_BYTES)
    throw new RangeError(`augmentation: expected a canvas of at most ${CANVAS_BYTES} bytes, got ${length}`);
  return length;
}

/** Runs a kernel on a canvas, copied in and out where it lies elsewhere. */
function onCanvas(canvas: Canvas, run: (address: number) => void): void {
  const { memory, bytes } = machine();
  if (canvas.data.buffer === memory.buffer) {
    run(canvas.data.byteOffset);
    return;
  }
  bytes.set(canvas.data, CANVASES[2]);
  checked(canvas.data.length);
  run(CANVASES[2]);
  canvas.data.set(bytes.subarray(CANVASES[2], CANVASES[2] + canvas.data.length));
}

/** A picture in the kernels' memory, until the next one is placed there. */
export interface PlacedPicture extends Size {
  readonly address: number;
}

export function placePicture({ width, height, data }: Picture): PlacedPicture {
  if (width < 2 || height < 2 || width >= MAX_SIDE || height >= MAX_SIDE || data.length > END - PICTURE - 64) {
    throw new RangeError(`augmentation: expected a picture of 2 to ${MAX_SIDE} px a side, got ${width}x${height}`);
  }
  machine().bytes.set(data, PICTURE);
  return { width, height, address: PICTURE };
}

/** Half the width and height of the placed picture; the original stays. */
export function halvePlaced({ width, height, address }: PlacedPicture): PlacedPicture {
  const to = address === HALF ? SCRATCH : HALF;
  machine().kernels.halve(address, width, height, to);
  return { width: width >> 1, height: height >> 1, address: to };
}

/** Canvas pixels: left, top, right, bottom, ends excluded. */
export type Region = readonly [number, number, number, number];

/** Paints the crop of a placed picture through the affine map `toPicture` (canvas px to picture px). */
export function paintAffine(
  canvas: Canvas,
  { width, height, address }: PlacedPicture,
  { toPicture, crop, region }: { readonly toPicture: Matrix; readonly crop: Box; readonly region: Region },
): void {
  const plane = canvas.width * canvas.height;
  const affine = toPicture.slice(0, 6);
  onCanvas(canvas, (to) =>
    machine().kernels.paintAffine(address, width, height, ...crop, to, canvas.width, plane, ...region, ...affine),
  );
}

/**
 * Paints the crop of a placed picture through any map.
 * @param displace adds, for the row at `y`, what each pixel of the row is displaced by on the canvas, px
 */
export function paintRows(
  canvas: Canvas,
  { width, height, address }: PlacedPicture,
  options: {
    readonly toPicture: Matrix;
    readonly crop: Box;
    readonly region: Region;
    readonly displace?: ((y: number, dx: Float32Array, dy: Float32Array) => void) | undefined;
  },
): void {
  const [left, top, right, bottom] = options.region;
  const count = right - left;
  const plane = canvas.width * canvas.height;
  const crop = options.crop.map((edge) => Math.round(256 * edge));
  const { memory, kernels } = machine();
  const [us, vs, dx, dy] = [0, 1, 2, 3].map((n) => ROWS + n * ROW_BYTES) as [number, number, number, number];
  const displacements = [dx, dy].map((at) => new Float32Array(memory.buffer, at, count).fill(0));
  onCanvas(canvas, (to) => {
    for (let y = top; y < bottom; y++) {
      options.displace?.(y + 0.5, displacements[0]!.fill(0), displacements[1]!.fill(0));
      kernels.locateRow(us, vs, dx, dy, count, left + 0.5, y + 0.5, ...options.toPicture);
      const at = to + y * canvas.width + left;
      kernels.paintRow(address, width, height, ...crop, us, vs, count, at, plane);
    }
  });
}

type Triple = readonly [number, number, number];

/** Hue turned (turns), saturation and value scaled; then channels scaled and shifted. */
export function recolourCanvas(
  canvas: Canvas,
  shift: { hue: number; saturation: number; value: number; gains: Triple; offsets: Triple },
): void {
  const turn = 6 * (shift.hue - Math.floor(shift.hue));
  const plane = canvas.width * canvas.height;
  onCanvas(canvas, (at) =>
    machine().kernels.recolourCanvas(at, plane, turn, shift.saturation, shift.value, ...shift.gains, ...shift.offsets),
  );
}

/** Adds noise of `sigma` levels (at most 30), another one for every seed. */
export function addNoiseTo(canvas: Canvas, seed: number, sigma: number): void {
  const strength = Math.round(8 * Math.min(sigma, 30));
  onCanvas(canvas, (at) => machine().kernels.addNoise(at, canvas.width, 3 * canvas.height, NOISE, seed, strength));
}

/** @param weights 2 radius + 1 integers that sum to 256 */
export function blurCanvas(canvas: Canvas, weights: readonly number[]): void {
  const radius = (weights.length - 1) / 2;
  new Uint16Array(machine().memory.buffer, ROWS, weights.length).set(weights);
  const plane = canvas.width * canvas.height;
  onCanvas(canvas, (at) => {
    for (let c = 0; c < 3; c++)
      machine().kernels.blurPlane(at + c * plane, canvas.width, canvas.height, ROWS, radius, SCRATCH);
  });
}

/** @param weight of the canvas, 0..256 */
export function mixCanvas(canvas: Canvas, other: Canvas, weight: number): void {
  const { memory, bytes, kernels } = machine();
  const from = other.data.buffer === memory.buffer ? other.data.byteOffset : SCRATCH;
  if (from === SCRATCH) bytes.set(other.data, SCRATCH);
  onCanvas(canvas, (at) => kernels.mix(at, from, canvas.data.length, weight));
}
