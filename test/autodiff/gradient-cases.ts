import { batchNorm } from '#autodiff/batch-norm.js';
import { bceWithLogits } from '#autodiff/bce.js';
import { winograd } from '#autodiff/winograd.js';
import type { Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';
import { int64Tensor } from '#onnx/tensor.js';
import type { GradientCase, Kind } from './numeric.js';

type Unary =
  | 'Abs'
  | 'Atan'
  | 'Cos'
  | 'Erf'
  | 'Exp'
  | 'Identity'
  | 'Neg'
  | 'Relu'
  | 'Sigmoid'
  | 'Sin'
  | 'Softplus'
  | 'Tanh'
  | 'Log'
  | 'Sqrt'
  | 'Reciprocal';

const one = (op: Unary, kind: Kind): GradientCase => ({
  op,
  inputs: [{ dims: [2, 5], kind }],
  build: (g, [x]) => g.op[op](x!),
});

const unary: readonly GradientCase[] = [
  ...(['Atan', 'Cos', 'Erf', 'Exp', 'Identity', 'Neg', 'Sigmoid', 'Sin', 'Softplus', 'Tanh'] as const).map((op) =>
    one(op, 'normal'),
  ),
  ...(['Abs', 'Relu'] as const).map((op) => one(op, 'spread')),
  ...(['Log', 'Sqrt', 'Reciprocal'] as const).map((op) => one(op, 'positive')),
  { op: 'Elu', inputs: [{ dims: [10], kind: 'spread' }], build: (g, [x]) => g.op.Elu(x!, { alpha: 0.7 }) },
  {
    op: 'HardSigmoid',
    inputs: [{ dims: [40], kind: 'spread' }],
    build: (g, [x]) => g.op.HardSigmoid(x!, { alpha: 0.4, beta: 0.51 }),
  },
  {
    op: 'LeakyRelu',
    inputs: [{ dims: [3, 6], kind: 'spread' }],
    build: (g, [x]) => g.op.LeakyRelu(x!, { alpha: 0.1 }),
  },
  {
    op: 'Clip',
    inputs: [{ dims: [20], kind: 'spread' }],
    build: (g, [x]) => g.op.Clip(x!, g.scalar(-0.5), g.scalar(0.7)),
  },
  {
    op: 'Clip',
    why: 'from below only',
    inputs: [{ dims: [20], kind: 'spread' }],
    build: (g, [x]) => g.op.Clip(x!, g.scalar(0)),
  },
  { op: 'QuickGelu', why: 'SiLU', inputs: [{ dims: [12] }], build: (g, [x]) => g.op.QuickGelu(x!, { alpha: 1 }) },
  { op: 'QuickGelu', inputs: [{ dims: [12] }], build: (g, [x]) => g.op.QuickGelu(x!, { alpha: 1.702 }) },
  { op: 'Softmax', inputs: [{ dims: [3, 4] }], build: (g, [x]) => g.op.Softmax(x!) },
  {
    op: 'Softmax',
    why: 'another axis',
    inputs: [{ dims: [3, 4, 2] }],
    build: (g, [x]) => g.op.Softmax(x!, { axis: 1 }),
  },
  { op: 'LogSoftmax', inputs: [{ dims: [3, 4] }], build: (g, [x]) => g.op.LogSoftmax(x!, { axis: 0 }) },
];

type Binary = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow';
const two = (op: Binary, a: readonly number[], b: readonly number[], why?: string): GradientCase => ({
  op,
  ...(why && { why }),
  inputs: [
    { dims: a, kind: op === 'Pow' ? 'positive' : 'normal' },
    { dims: b, kind: 'positive' },
  ],
  build: (g, [x, y]) => g.op[op](x!, y!),
});
const BROADCASTS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['equal shapes', [2, 3], [2, 3]],
  ['a scalar', [2, 3], []],
  ['both ways', [2, 1, 3], [4, 1]],
  ['a channel', [2, 3, 2, 2], [3, 1, 1]],
];

const arithmetic: readonly GradientCase[] = [
  ...(['Add', 'Sub', 'Mul', 'Div', 'Pow'] as const).flatMap((op) =>
    BROADCASTS.map(([why, a, b]) => two(op, a, b, why)),
  ),
  ...(['Min', 'Max'] as const).map(
    (op): GradientCase => ({
      op,
      inputs: [{ dims: [3, 4], kind: 'spread' }, { dims: [4], kind: 'normal' }, { dims: [3, 1] }],
      build: (g, xs) => g.op[op](...(xs as [Value, ...Value[]])),
    }),
  ),
  {
    op: 'Sum',
    inputs: [{ dims: [2, 3] }, { dims: [3] }, { dims: [2, 1] }],
    build: (g, xs) => g.op.Sum(...(xs as [Value, ...Value[]])),
  },
  {
    op: 'Where',
    inputs: [{ dims: [4, 1], kind: 'spread' }, { dims: [3] }, { dims: [4, 3] }],
    fixed: [0],
    build: (g, [c, a, b]) => g.op.Where(g.op.Greater(c!, g.scalar(0)), a!, b!),
  },
];

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceL2' | 'ReduceSumSquare';
const REDUCTIONS: readonly Reduction[] = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceL2',
  'ReduceSumSquare',
];
const reductions: readonly GradientCase[] = REDUCTIONS.flatMap((op): GradientCase[] => {
  const inputs = [{ dims: [2, 3, 4], kind: 'spread' as const }];
  return [
    { op, why: 'all', inputs, build: (g, [x]) => g.op[op](x!, undefined, { keepdims: 0 }) },
    { op, why: 'kept axes', inputs, build: (g, [x]) => g.op[op](x!, g.ints([0, -1]), { keepdims: 1 }) },
    { op, why: 'dropped axis', inputs, build: (g, [x]) => g.op[op](x!, g.ints([1]), { keepdims: 0 }) },
    {
      op,
      why: 'an axis of size 1',
      inputs: [{ dims: [3, 1], kind: 'spread' }],
      build: (g, [x]) => g.op[op](x!, g.ints([1])),
    },
  ];
});

const PRODUCTS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['matrices', [2, 3], [3, 4]],
  ['a batch by one matrix', [2, 3, 4], [4, 2]],
  ['one matrix by a batch', [3, 4], [2, 4, 2]],
  ['broadcast batches', [2, 1, 2, 3], [3, 3, 2]],
  ['vector by matrix', [3], [3, 2]],
  ['matrix by vector', [2, 3], [3]],
  ['vector by batch', [3], [2, 3, 2]],
  ['two vectors', [3], [3]],
];
const products: readonly GradientCase[] = [
  ...PRODUCTS.map(
    ([why, a, b]): GradientCase => ({
      op: 'MatMul',
      why,
      inputs: [{ dims: a }, { dims: b }],
      build: (g, [x, y]) => g.op.MatMul(x!, y!),
    }),
  ),
  ...[0, 1, 2, 3].map((bits): GradientCase => {
    const [transA, transB] = [bits & 1, bits >> 1];
    return {
      op: 'Gemm',
      why: `transposed ${transA} ${transB}`,
      inputs: [{ dims: transA ? [3, 2] : [2, 3] }, { dims: transB ? [4, 3] : [3, 4] }, { dims: [4] }],
      build: (g, [a, b, c]) => g.op.Gemm(a!, b!, c!, { alpha: 0.5, beta: 2, transA, transB }),
    };
  }),
];

type ConvAttributes = AttributesOf<'Conv'>;
const conv = (
  why: string,
  x: readonly number[],
  w: readonly number[],
  attributes: ConvAttributes = {},
): GradientCase => ({
  op: 'Conv',
  why,
  inputs: [{ dims: x }, { dims: w }, { dims: [w[0]!] }],
  build: (g, [a, b, c]) => g.op.Conv(a!, b!, c!, attributes),
});
const transposed = (
  why: string,
  x: readonly number[],
  w: readonly number[],
  attributes: AttributesOf<'ConvTranspose'> = {},
): GradientCase => ({
  op: 'ConvTranspose',
  why,
  inputs: [{ dims: x }, { dims: w }, { dims: [w[1]! * (attributes.group ?? 1)] }],
  build: (g, [a, b, c]) => g.op.ConvTranspose(a!, b!, c!, attributes),
});

const convolutions: readonly GradientCase[] = [
  conv('1x1', [2, 3, 4, 4], [2, 3, 1, 1]),
  conv('1x1, one picture', [1, 3, 4, 4], [2, 3, 1, 1]),
  conv('1x1 on a map above the small-map limit', [2, 2, 12, 13], [2, 2, 1, 1]),
  conv('1x1 stride 2', [2, 3, 5, 5], [2, 3, 1, 1], { strides: [2, 2] }),
  conv('3x3', [2, 2, 5, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('3x3 on a map above the small-map limit', [2, 1, 12, 13], [2, 1, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('3x3 without padding', [1, 2, 5, 5], [2, 2, 3, 3]),
  conv('3x3 stride 2 on an even map', [2, 2, 6, 6], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('3x3 stride 2 on an odd map', [2, 2, 7, 5], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('stride 3 that leaves pixels over', [1, 2, 9, 10], [2, 2, 2, 2], { strides: [3, 3] }),
  conv('dilated', [1, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
  conv('dilated with stride', [1, 2, 8, 8], [2, 2, 3, 2], { dilations: [2, 1], strides: [2, 3], pads: [2, 0, 1, 1] }),
  conv('uneven padding', [1, 2, 4, 4], [2, 2, 3, 2], { pads: [0, 1, 2, 0] }),
  conv('two groups', [2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv('two groups, 1x1', [2, 4, 3, 3], [2, 2, 1, 1], { group: 2 }),
  conv('depthwise, stride 2', [2, 3, 5, 5], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('5x5 kernel', [1, 1, 6, 6], [2, 1, 5, 5], { pads: [2, 2, 2, 2] }),
  conv('many channels, one product per kernel element', [1, 32, 3, 3], [1, 32, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('many channels, dilated', [2, 32, 3, 4], [1, 32, 2, 2], { dilations: [1, 2] }),
  conv('many channels, 1D', [2, 32, 5], [2, 32, 3], { pads: [1, 1] }),
  {
    ...conv('more kernels than many channels: spread, not turned around', [1, 33, 3, 3], [34, 33, 3, 3], {
      pads: [1, 1, 1, 1],
    }),
    fixed: [1, 2],
  },
  conv('1D', [2, 2, 9], [3, 2, 3], { pads: [1, 1] }),
  conv('1D stride 2 dilated', [2, 2, 9], [3, 2, 3], { strides: [2], dilations: [2], pads: [1, 2] }),
  conv('3D', [1, 2, 3, 4, 3], [2, 2, 2, 3, 2], { pads: [0, 1, 1, 1, 1, 0] }),
  conv('3D stride 2', [1, 1, 4, 4, 5], [2, 1, 2, 2, 3], { strides: [2, 2, 2] }),
  transposed('3x3', [2, 2, 3, 3], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }),
  transposed('2x2 stride 2: learnt upsampling', [2, 3, 3, 4], [3, 2, 2, 2], { strides: [2, 2] }),
  transposed('3x3 stride 2 with output padding', [1, 2, 3, 3], [2, 2, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  transposed('groups and dilation', [1, 4, 3, 3], [4, 2, 2, 2], { group: 2, dilations: [2, 2] }),
  transposed('1D', [2, 2, 4], [2, 3, 3], { strides: [2] }),
];

const pool = (
  op: 'MaxPool' | 'AveragePool',
  why: string,
  dims: readonly number[],
  attributes: AttributesOf<'MaxPool'>,
): GradientCase => ({
  op,
  why,
  inputs: [{ dims, kind: 'spread' }],
  build: (g, [x]) => g.op[op](x!, attributes),
});
const pooling: readonly GradientCase[] = [
  ...(['MaxPool', 'AveragePool'] as const).flatMap((op) => [
    pool(op, '2x2', [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
    pool(op, '2x2 that leaves a row over', [1, 2, 5, 4], { kernel_shape: [2, 2], strides: [2, 2] }),
    pool(op, '3x3 stride 2 padded', [2, 1, 6, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    pool(op, '5x5 stride 1 padded', [1, 2, 4, 4], { kernel_shape: [5, 5], strides: [1, 1], pads: [2, 2, 2, 2] }),
    pool(op, '2x2 with ceil_mode', [1, 1, 5, 5], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    pool(op, '1D', [2, 2, 8], { kernel_shape: [2], strides: [2] }),
    pool(op, '3D', [1, 2, 4, 2, 4], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  ]),
  {
    op: 'AveragePool',
    why: 'padding counts',
    inputs: [{ dims: [1, 2, 4, 5] }],
    build: (g, [x]) =>
      g.op.AveragePool(x!, { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  },
  { op: 'GlobalAveragePool', inputs: [{ dims: [2, 3, 2, 3] }], build: (g, [x]) => g.op.GlobalAveragePool(x!) },
  { op: 'GlobalMaxPool', inputs: [{ dims: [2, 3, 2, 3], kind: 'spread' }], build: (g, [x]) => g.op.GlobalMaxPool(x!) },
];

const resize = (
  why: string,
  scales: readonly number[],
  attributes: AttributesOf<'Resize'>,
  dims: readonly number[] = [1, 2, 3, 4],
): GradientCase => ({
  op: 'Resize',
  why,
  inputs: [{ dims }],
  build: (g, [x]) => g.op.Resize(x!, undefined, g.floats([1, 1, ...scales]), undefined, attributes),
});
const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
const resizing: readonly GradientCase[] = [
  resize('nearest x2', [2, 2], nearest),
  resize('nearest x3 x2', [3, 2], nearest),
  resize('nearest, broken scale', [1.5, 2.5], nearest),
  resize('nearest, half pixel', [1.5, 2], { mode: 'nearest' }),
  resize('bilinear x2', [2, 2], { mode: 'linear' }),
  resize('bilinear, smaller', [0.7, 0.5], { mode: 'linear' }),
  resize('bilinear, aligned corners', [2, 2], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }),
  resize('bilinear, asymmetric', [2, 3], { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }),
  resize('nearest x2, 1D', [2], nearest, [2, 2, 3]),
  {
    op: 'Resize',
    why: 'to a size',
    inputs: [{ dims: [1, 1, 3, 4] }],
    build: (g, [x]) => g.op.Resize(x!, undefined, undefined, g.ints([1, 1, 5, 7]), { mode: 'linear' }),
  },
];

const norm = (dims: readonly number[]): readonly { dims: readonly number[]; kind?: Kind }[] => [
  { dims },
  { dims: [dims[1]!], kind: 'positive' },
  { dims: [dims[1]!] },
];
const normalisation: readonly GradientCase[] = [
  { op: 'BatchNormTraining', inputs: norm([3, 2, 2, 3]), build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!]).y },
  {
    op: 'BatchNormTraining',
    why: '1D',
    inputs: norm([3, 2, 4]),
    build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!], 1e-3).y,
  },
  {
    op: 'BatchNormTraining',
    why: 'vectors',
    inputs: norm([5, 2]),
    build: (g, [x, s, b]) => batchNorm(g, [x!, s!, b!]).y,
  },
  {
    op: 'BatchNormalization',
    why: 'frozen',
    inputs: norm([2, 2, 2, 2]),
    build: (g, [x, s, b]) =>
      g.op.BatchNormalization(x!, s!, b!, g.floats([0.3, -0.2]), g.floats([0.5, 1.5]), { epsilon: 1e-3 }),
  },
];

const x = (...dims: number[]): GradientCase['inputs'] => [{ dims }];
const losses: readonly GradientCase[] = [
  {
    op: 'BceWithLogits',
    inputs: [
      { dims: [3, 4], kind: 'spread' },
      { dims: [4], kind: 'unit' },
    ],
    build: (g, [a, b]) => bceWithLogits(g, a!, b!),
  },
];

const movement: readonly GradientCase[] = [
  {
    op: 'Concat',
    inputs: [{ dims: [2, 1, 2] }, { dims: [2, 3, 2] }, { dims: [2, 2, 2] }],
    build: (g, xs) => g.op.Concat(...(xs as [Value, ...Value[]]), { axis: 1 }),
  },
  { op: 'Concat', why: 'the same value twice', inputs: x(2, 2), build: (g, [a]) => g.op.Concat(a!, a!, { axis: -1 }) },
  { op: 'Split', inputs: x(2, 6), build: (g, [a]) => g.split(a!, [1, 3, 2], 1) },
  { op: 'Split', why: 'a part that nobody uses', inputs: x(6), build: (g, [a]) => g.split(a!, [1, 3, 2], 0)[1]! },
  { op: 'Slice', inputs: x(4, 5), build: (g, [a]) => g.op.Slice(a!, g.ints([1, -3]), g.ints([3, 100])) },
  {
    op: 'Slice',
    why: 'steps',
    inputs: x(5, 7),
    build: (g, [a]) => g.op.Slice(a!, g.ints([0, 1]), g.ints([5, 7]), g.ints([0, 1]), g.ints([2, 3])),
  },
  {
    op: 'Slice',
    why: 'backwards',
    inputs: x(5, 4),
    build: (g, [a]) => g.op.Slice(a!, g.ints([-1]), g.ints([-100]), g.ints([0]), g.ints([-2])),
  },
  { op: 'Slice', why: 'everything', inputs: x(5), build: (g, [a]) => g.op.Slice(a!, g.ints([0]), g.ints([5])) },
  { op: 'Reshape', inputs: x(2, 6), build: (g, [a]) => g.reshape(a!, [3, -1]) },
  { op: 'Transpose', inputs: x(2, 3, 4), build: (g, [a]) => g.op.Transpose(a!, { perm: [2, 0, 1] }) },
  { op: 'Transpose', why: 'reversed', inputs: x(2, 3, 4), build: (g, [a]) => g.op.Transpose(a!) },
  {
    op: 'Gather',
    why: 'rows, one twice, one from the end',
    inputs: x(4, 3),
    build: (g, [a]) => g.op.Gather(a!, g.ints([1, -1, 1])),
  },
  {
    op: 'Gather',
    why: 'columns',
    inputs: x(2, 4, 2),
    build: (g, [a]) => g.op.Gather(a!, g.constant(int64Tensor([3, 0, 3, 1], [2, 2])), { axis: 1 }),
  },
  {
    op: 'GatherElements',
    inputs: x(3, 4),
    build: (g, [a]) => g.op.GatherElements(a!, g.constant(int64Tensor([3, 0, 3, 1, 2, 2], [3, 2])), { axis: 1 }),
  },
  { op: 'Unsqueeze', inputs: x(2, 3), build: (g, [a]) => g.op.Unsqueeze(a!, g.ints([0, 2])) },
  { op: 'Squeeze', inputs: x(2, 1, 3), build: (g, [a]) => g.op.Squeeze(a!, g.ints([1])) },
  { op: 'Expand', inputs: x(3, 1), build: (g, [a]) => g.op.Expand(a!, g.ints([2, 3, 4])) },
  { op: 'Tile', inputs: x(2, 3), build: (g, [a]) => g.op.Tile(a!, g.ints([2, 3])) },
  { op: 'Pad', inputs: x(2, 3), build: (g, [a]) => g.op.Pad(a!, g.ints([1, 0, 2, 3])) },
  { op: 'Pad', why: 'cutting off', inputs: x(4, 3), build: (g, [a]) => g.op.Pad(a!, g.ints([-1, 1, 0, -1])) },
  {
    op: 'Pad',
    why: 'one axis',
    inputs: x(4, 3),
    build: (g, [a]) => g.op.Pad(a!, g.ints([1, 2]), undefined, g.ints([-1])),
  },
  { op: 'DepthToSpace', inputs: x(1, 8, 2, 3), build: (g, [a]) => g.op.DepthToSpace(a!, { blocksize: 2 }) },
  { op: 'SpaceToDepth', inputs: x(1, 2, 4, 6), build: (g, [a]) => g.op.SpaceToDepth(a!, { blocksize: 2 }) },
];

/** Sides that fill tiles of 4 and sides that do not, padding of every kind. */
const tiled: readonly GradientCase[] = (
  [
    ['tiles that fit', [2, 3, 4, 8], [1, 1, 1, 1]],
    ['tiles cut off', [1, 2, 5, 7], [1, 1, 1, 1]],
    ['no padding', [2, 2, 6, 7], [0, 0, 0, 0]],
    ['padded unevenly', [1, 2, 3, 4], [2, 0, 1, 2]],
    ['a map smaller than a kernel', [1, 2, 1, 2], [1, 1, 1, 1]],
  ] as const
).map(([why, dims, pads]) => ({
  op: 'WinogradConv',
  why,
  inputs: [{ dims }, { dims: [2, dims[1], 3, 3] }],
  build: (g, [a, w]) => winograd(g, a!, w!, pads),
}));

export const GRADIENT_CASES: readonly GradientCase[] = [
  ...unary,
  ...arithmetic,
  ...reductions,
  ...products,
  ...convolutions,
  ...tiled,
  ...pooling,
  ...resizing,
  ...normalisation,
  ...losses,
  ...movement,
];
