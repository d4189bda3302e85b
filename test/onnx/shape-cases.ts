import { type Attribute, float, int, ints, string, tensor } from '#onnx/attribute.js';
import type { DataType } from '#onnx/data-type.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';

/** An input: a tensor that is fed, `c` for constants, null for one left out. */
export type Input =
  | { readonly type: DataType; readonly dims: readonly number[]; readonly fill?: number }
  | { readonly constant: readonly number[]; readonly type: DataType; readonly dims?: readonly number[] }
  | null;

export interface ShapeCase {
  readonly op: string;
  readonly why?: string;
  readonly inputs: readonly Input[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  readonly domain?: string;
  readonly opset?: number;
}

const f = (...dims: number[]): Input => ({ type: 'float32', dims });
const fed = (type: DataType, dims: number[], fill = 1): Input => ({ type, dims, fill });
const c = (constant: number[], type: DataType = 'int64', dims?: number[]): Input => ({
  constant,
  type,
  ...(dims && { dims }),
});
const many = (names: string, rest: Omit<ShapeCase, 'op'>): ShapeCase[] =>
  names.split(' ').map((op) => ({ op, ...rest }));
const u8 = (value = 0) => c([value], 'uint8', []);
const scale = c([0.1], 'float32', []);
const MS = { domain: 'com.microsoft' };
const NCHWC = { domain: 'com.microsoft.nchwc' };
const window = (kernel: number[], rest: Record<string, Attribute> = {}) => ({ kernel_shape: ints(kernel), ...rest });

const elementwise: readonly ShapeCase[] = [
  ...many(
    'Relu LeakyRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Mish Gelu Tanh Softplus Softsign ThresholdedRelu Shrink Exp Log Sqrt Abs Neg Floor Ceil Round Erf Reciprocal Sign Clip Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Identity Softmax LogSoftmax Hardmax MeanVarianceNormalization IsNaN IsInf LpNormalization Trilu',
    { inputs: [f(2, 3, 4, 5)] },
  ),
  ...many('Add Sub Mul Div Pow Min Max Sum Mean', { inputs: [f(2, 1, 4), f(3, 1)] }),
  ...many('Mod', { inputs: [fed('int64', [2, 3]), fed('int64', [3])] }),
  ...many('Equal Greater Less GreaterOrEqual LessOrEqual', { inputs: [f(2, 3), f(1, 3)] }),
  ...many('And Or Xor', { inputs: [fed('bool', [2, 1]), fed('bool', [3])] }),
  ...many('BitwiseAnd BitwiseOr BitwiseXor', { inputs: [fed('int32', [2, 1]), fed('int32', [3])] }),
  { op: 'BitwiseNot', inputs: [fed('int32', [2, 1])] },
  { op: 'BitShift', inputs: [fed('uint32', [2, 3]), fed('uint32', [3])], attributes: { direction: string('LEFT') } },
  { op: 'Not', inputs: [fed('bool', [2, 3])] },
  { op: 'PRelu', inputs: [f(2, 3, 4, 4), f(3, 1, 1)] },
  { op: 'LRN', inputs: [f(2, 3, 4, 4)], attributes: { size: int(3) } },
  { op: 'InstanceNormalization', inputs: [f(2, 3, 4, 4), f(3), f(3)] },
  { op: 'GroupNormalization', inputs: [f(2, 4, 4, 4), f(4), f(4)], attributes: { num_groups: int(2) }, opset: 21 },
  { op: 'CumSum', inputs: [f(2, 3), c([1], 'int64', [])] },
  { op: 'ScatterND', inputs: [f(4, 3), c([0, 1], 'int64', [2, 1]), f(2, 3)] },
  { op: 'ScatterElements', inputs: [f(4, 3), c([0, 1, 2], 'int64', [1, 3]), f(1, 3)] },
  { op: 'Scatter', inputs: [f(4, 3), c([0, 1, 2], 'int64', [1, 3]), f(1, 3)], opset: 10 },
  { op: 'ReverseSequence', inputs: [f(4, 3), c([1, 2, 3])] },
  { op: 'Where', inputs: [fed('bool', [2, 1]), f(1, 3), f(2, 3)] },
  { op: 'Cast', inputs: [f(2, 3)], attributes: { to: int(7) } },
  { op: 'CastLike', inputs: [f(2, 3), fed('int32', [1])] },
  { op: 'Dropout', inputs: [f(2, 3)], outputs: 2 },
  { op: 'BatchNormalization', inputs: [f(2, 3, 4, 4), f(3), f(3), f(3), f(3)] },
  {
    op: 'BatchNormalization',
    why: 'training',
    inputs: [f(2, 3, 4, 4), f(3), f(3), f(3), f(3)],
    attributes: { training_mode: int(1) },
    outputs: 3,
  },
  { op: 'LayerNormalization', inputs: [f(2, 3, 4), f(3, 4), f(3, 4)], attributes: { axis: int(1) }, outputs: 3 },
  { op: 'QuantizeLinear', inputs: [f(2, 3), scale, u8()] },
  { op: 'QuantizeLinear', why: 'int8', inputs: [f(2, 3), scale, c([0], 'int8', [])] },
  { op: 'DequantizeLinear', inputs: [fed('uint8', [2, 3]), scale, u8()] },
  { op: 'DynamicQuantizeLinear', inputs: [f(2, 3)], outputs: 3 },
  ...many('QuickGelu FastGelu', { inputs: [f(2, 3)], ...MS }),
  { op: 'BiasGelu', inputs: [f(2, 3), f(3)], ...MS },
  { op: 'QLinearSigmoid', inputs: [fed('uint8', [2, 3]), scale, u8(), scale, u8()], ...MS },
  { op: 'QLinearLeakyRelu', inputs: [fed('uint8', [2, 3]), scale, u8(), scale, u8()], ...MS },
  {
    op: 'QLinearSoftmax',
    inputs: [fed('uint8', [2, 3]), scale, u8(), scale, u8()],
    attributes: { opset: int(13) },
    ...MS,
  },
  ...many('QLinearAdd QLinearMul', {
    inputs: [fed('uint8', [2, 1, 3]), scale, u8(), fed('uint8', [4, 3]), scale, u8(), scale, u8()],
    ...MS,
  }),
];

const spatial: readonly ShapeCase[] = [
  {
    op: 'Conv',
    inputs: [f(2, 3, 9, 11), f(4, 3, 3, 3), f(4)],
    attributes: { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
  },
  {
    op: 'Conv',
    why: 'groups, dilation, odd pads',
    inputs: [f(2, 4, 9, 11), f(6, 2, 3, 1)],
    attributes: { group: int(2), dilations: ints([2, 1]), pads: ints([0, 1, 2, 0]) },
  },
  {
    op: 'Conv',
    why: 'SAME_UPPER',
    inputs: [f(1, 3, 10, 7), f(4, 3, 3, 3)],
    attributes: { auto_pad: string('SAME_UPPER'), strides: ints([2, 3]) },
  },
  { op: 'Conv', why: 'VALID', inputs: [f(1, 3, 10, 7), f(4, 3, 3, 3)], attributes: { auto_pad: string('VALID') } },
  { op: 'Conv', why: '1D', inputs: [f(2, 3, 20), f(4, 3, 5)], attributes: { strides: ints([3]) } },
  {
    op: 'Conv',
    why: '3D',
    inputs: [f(1, 2, 5, 6, 7), f(3, 2, 3, 3, 3)],
    attributes: { pads: ints([1, 1, 1, 1, 1, 1]) },
  },
  { op: 'FusedConv', inputs: [f(2, 3, 9, 9), f(4, 3, 3, 3), f(4)], attributes: { activation: string('Relu') }, ...MS },
  { op: 'DeformConv', inputs: [f(1, 2, 5, 5), f(3, 2, 3, 3), f(1, 18, 3, 3)], opset: 19 },
  { op: 'ConvInteger', inputs: [fed('uint8', [1, 2, 5, 5]), fed('uint8', [3, 2, 3, 3])] },
  {
    op: 'QLinearConv',
    inputs: [
      fed('uint8', [1, 2, 6, 6]),
      scale,
      u8(),
      c(Array(54).fill(1), 'uint8', [3, 2, 3, 3]),
      scale,
      u8(),
      scale,
      u8(),
    ],
    attributes: { strides: ints([2, 2]) },
  },
  {
    op: 'ConvTranspose',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 0]) },
  },
  {
    op: 'ConvTranspose',
    why: 'groups and dilation',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 2)],
    attributes: { group: int(2), dilations: ints([2, 1]) },
  },
  {
    op: 'ConvTranspose',
    why: 'SAME_UPPER',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { auto_pad: string('SAME_UPPER'), strides: ints([2, 2]) },
  },
  {
    op: 'ConvTranspose',
    why: 'fixed output',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { strides: ints([2, 2]), output_shape: ints([10, 12]) },
  },
  {
    op: 'MaxPool',
    inputs: [f(2, 3, 9, 11)],
    attributes: window([3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    outputs: 2,
  },
  {
    op: 'MaxPool',
    why: 'ceil',
    inputs: [f(2, 3, 10, 7)],
    attributes: window([2, 2], { strides: ints([3, 2]), ceil_mode: int(1) }),
  },
  {
    op: 'MaxPool',
    why: 'ceil, last window outside',
    inputs: [f(1, 1, 4, 5)],
    attributes: window([1, 1], { strides: ints([2, 3]), ceil_mode: int(1) }),
  },
  { op: 'AveragePool', inputs: [f(2, 3, 9, 11)], attributes: window([3, 2], { strides: ints([2, 1]) }) },
  {
    op: 'AveragePool',
    why: 'SAME_LOWER',
    inputs: [f(2, 3, 9, 11)],
    attributes: window([3, 2], { strides: ints([2, 2]), auto_pad: string('SAME_LOWER') }),
  },
  { op: 'LpPool', inputs: [f(2, 3, 9, 11)], attributes: window([3, 3]) },
  {
    op: 'QLinearAveragePool',
    inputs: [fed('uint8', [1, 2, 6, 6]), scale, u8(), scale, u8()],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
    ...MS,
  },
  ...many('GlobalAveragePool GlobalMaxPool GlobalLpPool', { inputs: [f(2, 3, 4, 5)] }),
  {
    op: 'QLinearGlobalAveragePool',
    inputs: [fed('uint8', [1, 2, 6, 6]), scale, u8(), scale, u8()],
    attributes: { channels_last: int(0) },
    ...MS,
  },
  {
    op: 'MaxUnpool',
    inputs: [f(1, 1, 2, 2), c([0, 3, 8, 11], 'int64', [1, 1, 2, 2])],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
  },
  {
    op: 'MaxUnpool',
    why: 'given shape',
    inputs: [f(1, 1, 2, 2), c([0, 3, 8, 11], 'int64', [1, 1, 2, 2]), c([1, 1, 5, 5])],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
  },
  { op: 'DepthToSpace', inputs: [f(2, 8, 3, 4)], attributes: { blocksize: int(2) } },
  { op: 'SpaceToDepth', inputs: [f(2, 2, 4, 6)], attributes: { blocksize: int(2) } },
  { op: 'Resize', inputs: [f(2, 3, 4, 5), null, c([1, 1, 2, 1.5], 'float32')] },
  { op: 'Resize', why: 'sizes', inputs: [f(2, 3, 4, 5), null, null, c([2, 3, 7, 9])] },
  {
    op: 'Resize',
    why: 'sizes of two axes',
    inputs: [f(2, 3, 4, 5), null, null, c([7, 9])],
    attributes: { axes: ints([-2, -1]) },
  },
  { op: 'Resize', why: 'empty scales', inputs: [f(2, 3, 4, 5), null, c([], 'float32'), c([2, 3, 8, 10])] },
  { op: 'Resize', why: 'operator set 10', inputs: [f(2, 3, 4, 5), c([1, 1, 2, 2], 'float32')], opset: 10 },
  { op: 'Upsample', inputs: [f(2, 3, 4, 5), c([1, 1, 2, 2], 'float32')], opset: 9 },
  { op: 'GridSample', inputs: [f(2, 3, 4, 5), f(2, 6, 7, 2)] },
  {
    op: 'RoiAlign',
    inputs: [f(2, 3, 8, 8), f(4, 4), c([0, 0, 1, 1])],
    attributes: { output_height: int(3), output_width: int(2) },
  },
];

const matmul: readonly ShapeCase[] = [
  { op: 'MatMul', inputs: [f(2, 1, 3, 4), f(5, 4, 6)] },
  { op: 'MatMul', why: 'vector on the left', inputs: [f(4), f(5, 4, 6)] },
  { op: 'MatMul', why: 'vector on the right', inputs: [f(3, 4), f(4)] },
  { op: 'MatMul', why: 'two vectors', inputs: [f(4), f(4)] },
  { op: 'MatMulInteger', inputs: [fed('uint8', [3, 4]), fed('uint8', [4, 2])] },
  { op: 'QLinearMatMul', inputs: [fed('uint8', [3, 4]), scale, u8(), fed('uint8', [4, 2]), scale, u8(), scale, u8()] },
  { op: 'Gemm', inputs: [f(4, 3), f(5, 4), f(5)], attributes: { transA: int(1), transB: int(1) } },
  { op: 'FusedGemm', inputs: [f(4, 3), f(3, 5)], attributes: { activation: string('Relu') }, ...MS },
  { op: 'FusedMatMul', inputs: [f(2, 4, 3), f(2, 5, 4)], attributes: { transA: int(1), transB: int(1) }, ...MS },
  { op: 'ReorderInput', inputs: [f(2, 32, 3, 5)], ...NCHWC },
  { op: 'ReorderOutput', inputs: [f(2, 32, 3, 5)], attributes: { channels: int(32) }, ...NCHWC },
  { op: 'Einsum', inputs: [f(2, 3, 4), f(2, 4, 5)], attributes: { equation: string('bij,bjk->bik') } },
];

const movement: readonly ShapeCase[] = [
  { op: 'Concat', inputs: [f(2, 3, 4), f(2, 5, 4)], attributes: { axis: int(-2) } },
  {
    op: 'QLinearConcat',
    inputs: [scale, u8(), fed('uint8', [2, 3]), scale, u8(), fed('uint8', [2, 4]), scale, u8()],
    attributes: { axis: int(1) },
    ...MS,
  },
  { op: 'Split', inputs: [f(2, 7), c([3, 4])], attributes: { axis: int(1) }, outputs: 2 },
  {
    op: 'Split',
    why: 'uneven',
    inputs: [f(2, 7)],
    attributes: { axis: int(1), num_outputs: int(3) },
    outputs: 3,
    opset: 18,
  },
  {
    op: 'Split',
    why: 'attribute',
    inputs: [f(2, 7)],
    attributes: { axis: int(1), split: ints([3, 4]) },
    outputs: 2,
    opset: 11,
  },
  { op: 'Split', why: 'equal', inputs: [f(2, 6)], attributes: { axis: int(1) }, outputs: 3, opset: 11 },
  { op: 'Slice', inputs: [f(2, 10, 9), c([1, -8]), c([2 ** 31 - 1, -1]), c([1, -1]), c([2, 3])] },
  { op: 'Slice', why: 'backwards', inputs: [f(10), c([-1]), c([-1000]), c([0]), c([-2])] },
  { op: 'Slice', why: 'beyond the end', inputs: [f(5, 4), c([3, 7]), c([100, 9])] },
  {
    op: 'Slice',
    why: 'attributes',
    inputs: [f(5, 4)],
    attributes: { starts: ints([1]), ends: ints([-1]), axes: ints([1]) },
    opset: 9,
  },
  { op: 'Reshape', inputs: [f(2, 3, 4), c([0, -1])] },
  { op: 'Reshape', why: 'nothing inferred', inputs: [f(2, 3, 4), c([4, 6])] },
  { op: 'Reshape', why: 'allowzero', inputs: [f(0, 3), c([3, 0])], attributes: { allowzero: int(1) } },
  { op: 'Flatten', inputs: [f(2, 3, 4)], attributes: { axis: int(2) } },
  { op: 'Flatten', why: 'negative axis', inputs: [f(2, 3, 4)], attributes: { axis: int(-2) } },
  { op: 'Flatten', why: 'all', inputs: [f(2, 3, 4)], attributes: { axis: int(0) } },
  { op: 'Transpose', inputs: [f(2, 3, 4)], attributes: { perm: ints([2, 0, 1]) } },
  { op: 'Transpose', why: 'reversed', inputs: [f(2, 3, 4)] },
  { op: 'Gather', inputs: [f(2, 3, 4), c([0, 2, 1, 0], 'int64', [2, 2])], attributes: { axis: int(1) } },
  { op: 'Gather', why: 'a scalar index', inputs: [f(2, 3, 4), c([-1], 'int64', [])] },
  { op: 'GatherElements', inputs: [f(2, 3), c([0, 1], 'int64', [2, 1])], attributes: { axis: int(1) } },
  { op: 'GatherND', inputs: [f(2, 3, 4), c([0, 1, 1, 2], 'int64', [2, 2])] },
  {
    op: 'GatherND',
    why: 'batch',
    inputs: [f(2, 3, 4), c([1, 2], 'int64', [2, 1])],
    attributes: { batch_dims: int(1) },
  },
  { op: 'Unsqueeze', inputs: [f(2, 3), c([0, -1])] },
  { op: 'Unsqueeze', why: 'attribute', inputs: [f(2, 3)], attributes: { axes: ints([1]) }, opset: 11 },
  { op: 'Squeeze', inputs: [f(2, 1, 3, 1), c([1])] },
  { op: 'Squeeze', why: 'all', inputs: [f(2, 1, 3, 1)] },
  { op: 'Squeeze', why: 'attribute', inputs: [f(2, 1, 3, 1)], attributes: { axes: ints([-1]) }, opset: 11 },
  { op: 'Expand', inputs: [f(3, 1), c([2, 1, 6])] },
  { op: 'Tile', inputs: [f(2, 3), c([1, 2])] },
  { op: 'Pad', inputs: [f(2, 3, 4), c([0, 1, 2, 0, 3, 0])] },
  { op: 'Pad', why: 'axes', inputs: [f(2, 3, 4), c([1, 2]), null, c([-1])], opset: 18 },
  { op: 'Pad', why: 'attribute', inputs: [f(2, 3)], attributes: { pads: ints([0, 1, 1, 0]) }, opset: 10 },
];

const reductions =
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare';

const reduction: readonly ShapeCase[] = [
  ...many(reductions, { inputs: [f(2, 3, 4), c([1, -1])], opset: 18 }),
  ...many(reductions, { why: 'all', inputs: [f(2, 3, 4)], attributes: { keepdims: int(0) }, opset: 18 }),
  ...many('ReduceMean ReduceMax', {
    why: 'attribute',
    inputs: [f(2, 3, 4)],
    attributes: { axes: ints([1]), keepdims: int(0) },
    opset: 11,
  }),
  { op: 'ReduceSum', why: 'none', inputs: [f(2, 3), c([])], attributes: { noop_with_empty_axes: int(1) } },
  { op: 'ArgMax', inputs: [f(2, 3, 4)], attributes: { axis: int(-1) } },
  { op: 'ArgMin', inputs: [f(2, 3, 4)], attributes: { axis: int(1), keepdims: int(0) } },
  { op: 'TopK', inputs: [f(2, 9), c([4])], outputs: 2 },
  { op: 'TopK', why: 'attribute', inputs: [f(2, 9)], attributes: { k: int(3) }, outputs: 2, opset: 9 },
  { op: 'NonZero', inputs: [f(2, 3)] },
  { op: 'NonMaxSuppression', inputs: [f(1, 6, 4), f(1, 2, 6), c([3])] },
  { op: 'Compress', inputs: [f(2, 3), c([1, 0, 1], 'bool')] },
  { op: 'OneHot', inputs: [c([0, 2, 1], 'int64'), c([4], 'int64', []), f(2)], attributes: { axis: int(0) } },
];

const constants: readonly ShapeCase[] = [
  { op: 'Constant', inputs: [], attributes: { value: tensor(float32Tensor([1, 2, 3])) } },
  { op: 'Constant', why: 'ints', inputs: [], attributes: { value_ints: ints([1, 2]) } },
  { op: 'Constant', why: 'float', inputs: [], attributes: { value_float: float(2) } },
  { op: 'ConstantOfShape', inputs: [c([2, 3])], attributes: { value: tensor(int64Tensor([7])) } },
  { op: 'ConstantOfShape', why: 'zeros', inputs: [c([4])] },
  { op: 'Shape', inputs: [f(2, 3, 4)] },
  { op: 'Shape', why: 'a part', inputs: [f(2, 3, 4)], attributes: { start: int(1), end: int(-1) } },
  { op: 'Size', inputs: [f(2, 3, 4)] },
  { op: 'Range', inputs: [c([1], 'int64', []), c([10], 'int64', []), c([2], 'int64', [])] },
  { op: 'Range', why: 'empty', inputs: [c([5], 'int64', []), c([1], 'int64', []), c([2], 'int64', [])] },
  { op: 'EyeLike', inputs: [f(3, 4)] },
  ...many('RandomNormal RandomUniform', { inputs: [], attributes: { shape: ints([2, 3]) } }),
  ...many('RandomNormalLike RandomUniformLike', { inputs: [f(2, 3)] }),
  { op: 'Bernoulli', inputs: [f(2, 3)], opset: 15 },
];

export const SHAPE_CASES: readonly ShapeCase[] = [
  ...elementwise,
  ...spatial,
  ...matmul,
  ...movement,
  ...reduction,
  ...constants,
];
