/**
 * What a node costs.
 *
 * Convention: a multiply-accumulate (MAC) of a convolution or matrix product is 2 FLOPs, a bias adds 1 FLOP per output
 * element; an activation, arithmetic or comparison is 1 FLOP per output element, a normalisation 2, softmax 3;
 * pooling is 1 per element of its window; a reduction 1 per input element; interpolation 1 per output element for
 * nearest and 7 for linear. Moving, reshaping, converting and shape arithmetic are free.
 */
import { intOf, intsOf, stringOf } from '../attribute.js';
import type { Dim, Node } from '../model.js';
import { elementwise } from '../shapes/elementwise.js';
import type { Shapes } from '../shapes/infer.js';
import { productOf } from '../shapes/shaped.js';

/** Counts are undefined where a dimension is free. */
export interface Cost {
  readonly macs: number | undefined;
  readonly flops: number | undefined;
}

const FREE: Cost = { macs: 0, flops: 0 };

function count(dims: readonly Dim[] | undefined): number | undefined {
  const product = dims && productOf(dims);
  return typeof product === 'number' ? product : undefined;
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}

/** `macs` for the products and `outputs` more FLOPs where a bias is added. */
function products(macs: number | undefined, bias: boolean, outputs: number | undefined): Cost {
  const added = bias ? outputs : 0;
  return { macs, flops: macs === undefined || added === undefined ? undefined : 2 * macs + added };
}

function perElement(elements: number | undefined, flops: number): Cost {
  return { macs: 0, flops: times(elements, flops) };
}

type CostRule = (node: Node, shapes: Shapes) => Cost;

const outputOf = (node: Node, shapes: Shapes) => count(shapes.get(node.outputs[0] ?? '')?.dims);
const dimsOf = (node: Node, shapes: Shapes, input: number) => shapes.get(node.inputs[input] ?? '')?.dims;

/** Each output element of a convolution takes (C / group) * K products: the weight `[M, C / group, K...]` without M. */
function convolution(weight: number, bias?: number): CostRule {
  return (node, shapes) => {
    const outputs = outputOf(node, shapes);
    const window = count(dimsOf(node, shapes, weight)?.slice(1));
    return products(times(outputs, window), bias !== undefined && Boolean(node.inputs[bias]), outputs);
  };
}

/** Each input element of a transposed convolution is spread over (M / group) * K outputs. */
const convTranspose: CostRule = (node, shapes) => {
  const spread = times(count(dimsOf(node, shapes, 0)), count(dimsOf(node, shapes, 1)?.slice(1)));
  return products(spread, Boolean(node.inputs[2]), outputOf(node, shapes));
};

const matmul: CostRule = (node, shapes) => {
  const left = dimsOf(node, shapes, 0);
  const inner = left?.at(intOf(node, 'transA', 0) === 1 ? -2 : -1);
  const bias = node.op.endsWith('Gemm') && Boolean(node.inputs[2]);
  const outputs = outputOf(node, shapes);
  return products(times(outputs, typeof inner === 'number' ? inner : undefined), bias, outputs);
};

const pool: CostRule = (node, shapes) =>
  perElement(outputOf(node, shapes), intsOf(node, 'kernel_shape')?.reduce((a, b) => a * b, 1) ?? 1);

const perInput: CostRule = (node, shapes) => perElement(count(dimsOf(node, shapes, 0)), 1);

const resize: CostRule = (node, shapes) =>
  perElement(outputOf(node, shapes), stringOf(node, 'mode', 'nearest') === 'nearest' ? 1 : 7);

function each(flops: number): CostRule {
  return (node, shapes) => perElement(outputOf(node, shapes), flops);
}

const NO_COST = [
  'Identity',
  'Cast',
  'CastLike',
  'Dropout',
  'Scatter',
  'ScatterND',
  'ScatterElements',
  'ReverseSequence',
  'Trilu',
];
const NORMALISATIONS = [
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'GroupNormalization',
  'RMSNormalization',
];

const RULES: Readonly<Record<string, CostRule>> = {
  ...Object.fromEntries(Object.keys(elementwise).map((op) => [op, NO_COST.includes(op) ? () => FREE : each(1)])),
  ...Object.fromEntries(NORMALISATIONS.map((op) => [op, each(2)])),
  Softmax: each(3),
  LogSoftmax: each(3),
  Conv: convolution(1, 2),
  FusedConv: convolution(1, 2),
  DeformConv: convolution(1, 3),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3, 8),
  ConvTranspose: convTranspose,
  MatMul: matmul,
  MatMulInteger: matmul,
  Gemm: matmul,
  FusedGemm: matmul,
  FusedMatMul: matmul,
  QLinearMatMul: (node, shapes) => matmul({ ...node, inputs: [node.inputs[0]!, node.inputs[3]!] }, shapes),
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  QLinearAveragePool: pool,
  GlobalAveragePool: perInput,
  GlobalMaxPool: perInput,
  QLinearGlobalAveragePool: perInput,
  Resize: resize,
  Upsample: resize,
  ...Object.fromEntries(
    ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'].map((it) => [
      `Reduce${it}`,
      perInput,
    ]),
  ),
  ArgMax: perInput,
  ArgMin: perInput,
};

/** The cost of one node for the shapes given; nothing for shape arithmetic and for operators without a rule. */
export function costOf(node: Node, shapes: Shapes): Cost {
  const rule = Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
  const followed = node.outputs.every((name) => shapes.get(name)?.values !== undefined);
  return rule && !followed ? rule(node, shapes) : FREE;
}
