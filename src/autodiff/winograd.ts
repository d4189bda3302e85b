/**
 * 3x3 convolution with stride 1 in a quarter of the multiplications: F(4x4, 3x3) of Lavin and Gray 2016, its gradients
 * included. Tiles of 6x6 inputs and 4x4 outputs become 36 products of matrices.
 *
 * Maps lie with space outside, `[H W, N C]`: then one dense matrix cuts an axis into tiles and transforms them, padding
 * included, and its transpose is the way back. What leaves the transforms lies as `[36, T N, C]`, T tiles.
 *
 * Letters: N pictures, C channels, M kernels, H W input, P Q output, T = ceil(P / 4) ceil(Q / 4) tiles.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { Rule } from './rule.js';

/** Inputs and outputs of a tile along one axis. */
const [IN, OUT] = [6, 4];

/** B^T, G and A^T for the points 0, 1, -1, 2, -2 and infinity. */
const INPUT = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
] as const;
const KERNEL = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;
const OUTPUT = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
] as const;

const tilesOf = (size: number) => Math.ceil(size / OUT);

/** `[6 t, from]`: row i t + k is row i of B^T, applied to tile k of an axis with so many zeros in front. */
function inputMatrix(g: GraphBuilder, from: number, to: number, before: number): Value {
  const tiles = tilesOf(to);
  const matrix = new Float32Array(IN * tiles * from);
  for (let i = 0; i < IN; i++) {
    for (let tile = 0; tile < tiles; tile++) {
      for (let k = 0; k < IN; k++) {
        const at = OUT * tile + k - before;
        if (at >= 0 && at < from) matrix[(i * tiles + tile) * from + at] = INPUT[i]![k]!;
      }
    }
  }
  return g.floats(matrix, [IN * tiles, from]);
}

/** `[to, 6 t]`: output p is row p mod 4 of A^T, applied to tile p div 4. */
function outputMatrix(g: GraphBuilder, to: number): Value {
  const tiles = tilesOf(to);
  const matrix = new Float32Array(to * IN * tiles);
  for (let p = 0; p < to; p++) {
    for (let i = 0; i < IN; i++) matrix[p * IN * tiles + i * tiles + Math.floor(p / OUT)] = OUTPUT[p % OUT]![i]!;
  }
  return g.floats(matrix, [to, IN * tiles]);
}

/** `[36, 9]`: G times G. */
function kernelMatrix(g: GraphBuilder): Value {
  const rows = KERNEL.flatMap((a) => KERNEL.map((b) => a.flatMap((left) => b.map((right) => left * right))));
  return g.floats(rows.flat(), [IN * IN, 9]);
}

/** The matrices of both axes, and whether they are used transposed. */
interface Transform {
  readonly rows: Value;
  readonly columns: Value;
  readonly transposed: boolean;
}

interface Tiling {
  readonly rows: number;
  readonly columns: number;
}

/** `[N, C, H, W]` to `[36, T N, C]`. */
function toTiles(g: GraphBuilder, x: Value, { rows, columns, transposed }: Transform, tiling: Tiling): Value {
  const [n, c, height, width] = x.dims as [number, number, number, number];
  const transA = transposed ? 1 : 0;
  const outside = g.op.Transpose(g.reshape(x, [n * c, height * width]), { perm: [1, 0] });
  const byRows = g.op.FusedMatMul(rows, g.reshape(outside, [height, width * n * c]), { transA });
  const both = g.op.FusedMatMul(columns, g.reshape(byRows, [IN * tiling.rows, width, n * c]), { transA });
  const parted = g.reshape(both, [IN, tiling.rows, IN, tiling.columns * n * c]);
  const tiles = tiling.rows * tiling.columns;
  return g.reshape(g.op.Transpose(parted, { perm: [0, 2, 1, 3] }), [IN * IN, tiles * n, c]);
}

/** `[36, T N, C]` to `[N, C, H, W]`. */
function fromTiles(
  g: GraphBuilder,
  tiles: Value,
  { rows, columns, transposed }: Transform,
  { dims, tiling }: { readonly dims: readonly number[]; readonly tiling: Tiling },
): Value {
  const [n, c, height] = dims as [number, number, number];
  const transA = transposed ? 1 : 0;
  const parted = g.reshape(tiles, [IN, IN, tiling.rows, tiling.columns * n * c]);
  const joined = g.reshape(g.op.Transpose(parted, { perm: [0, 2, 1, 3] }), [IN * tiling.rows, -1]);
  const byRows = g.op.FusedMatMul(rows, joined, { transA });
  const both = g.op.FusedMatMul(columns, g.reshape(byRows, [height, IN * tiling.columns, n * c]), { transA });
  return g.reshape(g.op.Transpose(both, { perm: [2, 0, 1] }), dims);
}

/** What both directions of one convolution need. */
function transformsOf(g: GraphBuilder, x: readonly number[], y: readonly number[], pads: readonly number[]) {
  const [height, width, p, q] = [x[2]!, x[3]!, y[2]!, y[3]!];
  return {
    tiling: { rows: tilesOf(p), columns: tilesOf(q) },
    input: { rows: inputMatrix(g, height, p, pads[0]!), columns: inputMatrix(g, width, q, pads[1]!) },
    output: { rows: outputMatrix(g, p), columns: outputMatrix(g, q) },
  };
}

/** Multiplications of one pass of the direct form, weighed by what was measured: it runs at 0.85 of the CPU's best. */
function directCost([, c, height, width]: readonly number[], m: number): number {
  return (9 * c! * m * height! * width!) / 0.85;
}

/**
 * The same for this form: products at 0.75 of the best, dense transforms of both maps, and moving each of their elements, as
 * long as 60 multiplications.
 */
function tiledCost([, c, height, width]: readonly number[], m: number): number {
  const [rows, columns] = [IN * tilesOf(height!), IN * tilesOf(width!)];
  const transforms = (2 / 3) * (c! + m) * (rows * height! * width! + rows * columns * width!);
  const moved = 2 * (c! + m) * height! * width! * 60;
  return (rows * columns * c! * m) / 0.75 + transforms + moved;
}

export interface PlainConvolution {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
}

/** Whether this form exists for a convolution, and is the faster one in training. */
export function winogradPays(x: Value, w: Value, { strides, dilations, pads, group }: PlainConvolution): boolean {
  const plain = group === 1 && [...strides, ...dilations].every((step) => step === 1);
  const fits = w.dims.length === 4 && w.dims[2] === 3 && w.dims[3] === 3 && pads.every((count) => count <= 2);
  return plain && fits && tiledCost(x.dims, w.dims[0]!) < directCost(x.dims, w.dims[0]!);
}

/** y = conv(x, w) for w `[M, C, 3, 3]`, stride 1. */
export function winograd(g: GraphBuilder, x: Value, w: Value, pads: readonly number[]): Value {
  const [n, c, height, width] = x.dims as [number, number, number, number];
  const m = w.dims[0]!;
  const dims = [n, m, height + pads[0]! + pads[2]! - 2, width + pads[1]! + pads[3]! - 2];
  const [y] = g.group('WinogradConv', [x, w], { pads }, () => {
    const { tiling, input, output } = transformsOf(g, x.dims, dims, pads);
    const tiles = toTiles(g, x, { ...input, transposed: false }, tiling);
    const kernels = g.op.FusedMatMul(kernelMatrix(g), g.reshape(w, [m * c, 9]), { transB: 1 });
    const spread = g.reshape(kernels, [IN * IN, m, c]);
    const products = g.op.FusedMatMul(tiles, spread, { transB: 1 });
    return [fromTiles(g, products, { ...output, transposed: false }, { dims, tiling }), tiles, spread];
  });
  return y!;
}

/** dW = G^T (dY^T X) G and dx = B (dY W) B^T, with dY = A dy A^T and X, W as they were on the way there. */
export const winogradRule: Rule<{ readonly pads: readonly number[] }> = ({
  g,
  inputs,
  outputs,
  attributes,
  dy,
  needs,
}) => {
  const [x, w] = inputs as [Value, Value];
  const [y, tiles, kernels] = outputs as [Value, Value, Value];
  const [m, c] = w.dims as [number, number];
  const { tiling, input, output } = transformsOf(g, x.dims, y.dims, attributes.pads);
  const spread = toTiles(g, dy, { ...output, transposed: true }, tiling);
  const dw = () => {
    const products = g.op.FusedMatMul(spread, tiles, { transA: 1 });
    const flat = g.op.FusedMatMul(g.reshape(products, [IN * IN, m * c]), kernelMatrix(g), { transA: 1 });
    return g.reshape(flat, w.dims);
  };
  const dx = () => fromTiles(g, g.op.MatMul(spread, kernels), { ...input, transposed: true }, { dims: x.dims, tiling });
  return [needs(0) ? dx() : undefined, needs(1) ? dw() : undefined];
};
