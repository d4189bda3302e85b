import type { Graph, Node } from '../model.js';
import { elementCount, type OnnxTensor } from '../tensor.js';

/** Inputs that hold learnt parameters, by operator. Running statistics of batch normalisation are state, not parameters. */
const OWNED: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  FusedConv: [1, 2],
  DeformConv: [1, 3],
  ConvInteger: [1],
  QLinearConv: [3, 8],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  FusedGemm: [1, 2],
  MatMul: [0, 1],
  FusedMatMul: [0, 1],
  MatMulInteger: [0, 1],
  QLinearMatMul: [0, 3],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GroupNormalization: [1, 2],
  LayerNormalization: [1, 2],
  RMSNormalization: [1],
  PRelu: [1],
  Gather: [0],
};

/** Arithmetic with a constant is a bias or a scale when the constant has one value per channel. */
const PER_CHANNEL = ['Add', 'Sub', 'Mul', 'Div'];

/** Operations that hand a constant on. */
const TRANSPARENT = ['DequantizeLinear', 'Identity', 'Cast', 'Transpose', 'Reshape', 'Unsqueeze', 'Squeeze'];

const COUNTED = ['float32', 'float16', 'bfloat16', 'float64', 'int8', 'uint8', 'int4', 'uint4', 'int32'];

function isPerChannel({ dims }: OnnxTensor): boolean {
  const count = elementCount(dims);
  return count > 1 && dims.includes(count);
}

function owns(node: Node, input: number, constant: OnnxTensor): boolean {
  if (!COUNTED.includes(constant.type)) return false;
  if (PER_CHANNEL.includes(node.op)) return constant.type.includes('float') && isPerChannel(constant);
  if (node.op === 'Gather') return constant.type.includes('float') && constant.dims.length === 2;
  return Object.hasOwn(OWNED, node.op) && OWNED[node.op]!.includes(input);
}

/** The constants of a graph by every name they go by: initialisers, Constant nodes, and both behind a Dequantize or Cast. */
function constantsOf(graph: Graph): Map<string, OnnxTensor> {
  const constants = new Map(graph.initialisers);
  for (const node of graph.nodes) {
    const value = node.attributes.get('value');
    if (node.op === 'Constant' && value?.kind === 'tensor') constants.set(node.outputs[0] ?? '', value.value);
    const source = TRANSPARENT.includes(node.op) ? constants.get(node.inputs[0] ?? '') : undefined;
    if (source) constants.set(node.outputs[0] ?? '', source);
  }
  return constants;
}

/**
 * Number of learnt parameters of each node. A constant that several nodes share is counted at the first.
 * An ONNX file does not say which constants were learnt: weights and biases of layers, scales and shifts of
 * normalisations, and factors or summands with one value per channel are counted; grids, anchors and scalars are not.
 */
export function parametersOf(graph: Graph): ReadonlyMap<Node, number> {
  const constants = constantsOf(graph);
  const counted = new Set<OnnxTensor>();
  const result = new Map<Node, number>();
  for (const node of graph.nodes) {
    let sum = 0;
    node.inputs.forEach((name, input) => {
      const constant = constants.get(name);
      if (!constant || counted.has(constant) || !owns(node, input, constant)) return;
      counted.add(constant);
      sum += elementCount(constant.dims);
    });
    result.set(node, sum);
  }
  return result;
}
