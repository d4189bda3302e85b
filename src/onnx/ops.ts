import type { OnnxTensor } from './tensor.js';

/** An operator that lookout emits: names of its inputs (`b?` optional, `...xs` any number) and kinds of its attributes. */
export interface OpSpec {
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, 'float' | 'int' | 'ints' | 'string' | 'tensor'>>;
  readonly domain?: string;
  /** Name of the operator in its domain, where it differs from the key. */
  readonly op?: string;
}

const MICROSOFT = 'com.microsoft';
/** The CPU provider's own operators, which its optimiser puts into inference graphs. */
const NCHWC = 'com.microsoft.nchwc';
const unary = { inputs: ['x'] } as const;
const binary = { inputs: ['a', 'b'] } as const;
const reduction = { inputs: ['x', 'axes?'], attributes: { keepdims: 'int' } } as const;
const window = { kernel_shape: 'ints', strides: 'ints', pads: 'ints' } as const;

/**
 * The operators that lookout builds graphs of (ONNX operator set 20, com.microsoft 1). Every one of them has a gradient
 * rule or says in the table of rules that it has none: see autodiff/rules.ts.
 */
export const OPS = {
  Abs: unary,
  Atan: unary,
  Ceil: unary,
  Cos: unary,
  Erf: unary,
  Exp: unary,
  Floor: unary,
  Identity: unary,
  Log: unary,
  Neg: unary,
  Reciprocal: unary,
  Relu: unary,
  Sigmoid: unary,
  Sign: unary,
  Sin: unary,
  Softplus: unary,
  Sqrt: unary,
  Tanh: unary,
  Not: unary,
  Elu: { inputs: ['x'], attributes: { alpha: 'float' } },
  HardSigmoid: { inputs: ['x'], attributes: { alpha: 'float', beta: 'float' } },
  LeakyRelu: { inputs: ['x'], attributes: { alpha: 'float' } },
  Clip: { inputs: ['x', 'min?', 'max?'] },
  Softmax: { inputs: ['x'], attributes: { axis: 'int' } },
  LogSoftmax: { inputs: ['x'], attributes: { axis: 'int' } },
  Cast: { inputs: ['x'], attributes: { to: 'int' } },
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Pow: binary,
  Mod: { inputs: ['a', 'b'], attributes: { fmod: 'int' } },
  BitwiseAnd: binary,
  BitwiseXor: binary,
  BitShift: { inputs: ['a', 'b'], attributes: { direction: 'string' } },
  Min: { inputs: ['...xs'] },
  Max: { inputs: ['...xs'] },
  Sum: { inputs: ['...xs'] },
  Equal: binary,
  Greater: binary,
  GreaterOrEqual: binary,
  Less: binary,
  LessOrEqual: binary,
  And: binary,
  Or: binary,
  Where: { inputs: ['condition', 'a', 'b'] },
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  ArgMax: { inputs: ['x'], attributes: { axis: 'int', keepdims: 'int' } },
  MatMul: binary,
  Gemm: { inputs: ['a', 'b', 'c?'], attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' } },
  FusedMatMul: { ...binary, attributes: { alpha: 'float', transA: 'int', transB: 'int' }, domain: MICROSOFT },
  Conv: {
    inputs: ['x', 'w', 'b?'],
    attributes: { ...window, dilations: 'ints', group: 'int' },
  },
  ConvTranspose: {
    inputs: ['x', 'w', 'b?'],
    attributes: { ...window, dilations: 'ints', group: 'int', output_padding: 'ints' },
  },
  /** From `[N, C, H, W]` to blocks of channels, `[N, C / B, H, W, B]` under the same dims, and back. */
  ReorderInput: { inputs: ['x'], domain: NCHWC },
  ReorderOutput: { inputs: ['x'], attributes: { channels: 'int' }, domain: NCHWC },
  /** Convolution in blocks of channels; its weights are laid out in blocks too. */
  BlockedConv: {
    inputs: ['x', 'w'],
    attributes: { ...window, dilations: 'ints', group: 'int' },
    domain: NCHWC,
    op: 'Conv',
  },
  MaxPool: { inputs: ['x'], attributes: { ...window, ceil_mode: 'int' } },
  MaxUnpool: { inputs: ['x', 'indices', 'shape?'], attributes: window },
  AveragePool: { inputs: ['x'], attributes: { ...window, ceil_mode: 'int', count_include_pad: 'int' } },
  GlobalAveragePool: unary,
  GlobalMaxPool: unary,
  BatchNormalization: { inputs: ['x', 'scale', 'shift', 'mean', 'variance'], attributes: { epsilon: 'float' } },
  QuickGelu: { inputs: ['x'], attributes: { alpha: 'float' }, domain: MICROSOFT },
  Resize: {
    inputs: ['x', 'roi?', 'scales?', 'sizes?'],
    attributes: { mode: 'string', coordinate_transformation_mode: 'string', nearest_mode: 'string' },
  },
  Concat: { inputs: ['...xs'], attributes: { axis: 'int' } },
  Split: { inputs: ['x', 'split?'], attributes: { axis: 'int' } },
  Slice: { inputs: ['x', 'starts', 'ends', 'axes?', 'steps?'] },
  Reshape: { inputs: ['x', 'shape'] },
  Transpose: { inputs: ['x'], attributes: { perm: 'ints' } },
  Gather: { inputs: ['x', 'indices'], attributes: { axis: 'int' } },
  GatherElements: { inputs: ['x', 'indices'], attributes: { axis: 'int' } },
  ScatterElements: { inputs: ['x', 'indices', 'updates'], attributes: { axis: 'int', reduction: 'string' } },
  ScatterND: { inputs: ['x', 'indices', 'updates'], attributes: { reduction: 'string' } },
  Unsqueeze: { inputs: ['x', 'axes'] },
  Squeeze: { inputs: ['x', 'axes?'] },
  Expand: { inputs: ['x', 'shape'] },
  Tile: { inputs: ['x', 'repeats'] },
  Pad: { inputs: ['x', 'pads', 'value?', 'axes?'] },
  DepthToSpace: { inputs: ['x'], attributes: { blocksize: 'int', mode: 'string' } },
  SpaceToDepth: { inputs: ['x'], attributes: { blocksize: 'int' } },
  ConstantOfShape: { inputs: ['shape'], attributes: { value: 'tensor' } },
} as const satisfies Readonly<Record<string, OpSpec>>;

export type OpName = keyof typeof OPS;

interface AttributeTypes {
  float: number;
  int: number;
  ints: readonly number[];
  string: string;
  tensor: OnnxTensor;
}

/** The attributes of an operator as plain values; all of them optional, as ONNX has defaults for what is left out. */
export type AttributesOf<K extends OpName> = (typeof OPS)[K] extends { readonly attributes: infer A }
  ? { readonly [N in keyof A]?: A[N] extends keyof AttributeTypes ? AttributeTypes[A[N]] : never }
  : Readonly<Record<never, never>>;

type Required<T extends readonly string[], V> = T extends readonly [infer H, ...infer R extends readonly string[]]
  ? H extends `...${string}`
    ? [V, ...V[]]
    : H extends `${string}?`
      ? []
      : [V, ...Required<R, V>]
  : [];

type All<T extends readonly string[], V> = T extends readonly [infer H, ...infer R extends readonly string[]]
  ? H extends `...${string}`
    ? [V, ...V[]]
    : [H extends `${string}?` ? V | undefined : V, ...All<R, V>]
  : [];

/** Arguments of `op.Name(...)`: the needed inputs or all of them (undefined for one left out), then attributes. */
export type ArgumentsOf<K extends OpName, V> =
  | [...Required<(typeof OPS)[K]['inputs'], V>, AttributesOf<K>?]
  | [...All<(typeof OPS)[K]['inputs'], V>, AttributesOf<K>?]
  | Required<(typeof OPS)[K]['inputs'], V>;
