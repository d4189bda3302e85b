import type { InputSpec } from '#core/card.js';
import { intOf, intsOf, stringOf } from '#onnx/attribute.js';
import type { Graph, Node } from '#onnx/model.js';
import { float32Of, float32Tensor, type OnnxTensor } from '#onnx/tensor.js';
import { freshName, readersOf } from './surgery.js';

/** What is done to pixels: channel `order[c]` of the picture becomes channel c, then (x - mean[c]) / std[c]. */
export interface Affine {
  readonly order: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface Folded {
  readonly graph: Graph;
  /** What is still to be done before the convolution. */
  readonly left: Affine;
}

const UNTOUCHED = { order: [0, 1, 2], std: [1, 1, 1] } as const;

function pads(node: Node): boolean {
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  if (auto !== 'NOTSET' && auto !== 'VALID') return true;
  return auto === 'NOTSET' && (intsOf(node, 'pads') ?? []).some((pad) => pad !== 0);
}

/** A float32 constant of one node alone is what may be changed. */
function ownConstant(graph: Graph, name: string | undefined): OnnxTensor | undefined {
  const constant = name === undefined ? undefined : graph.initialisers.get(name);
  return constant?.type === 'float32' ? constant : undefined;
}

/** Weights [O, 3, kH, kW] that read pixels instead of prepared values, and what the mean adds to each of the O outputs. */
function refit(weights: Float32Array, outputs: number, { order, mean, std }: Affine) {
  const area = weights.length / (outputs * 3);
  const refitted = new Float32Array(weights.length);
  const shift = new Float64Array(outputs);
  for (let output = 0; output < outputs; output++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = (output * 3 + channel) * area;
      const to = (output * 3 + order[channel]!) * area;
      for (let at = 0; at < area; at++) {
        const weight = weights[from + at]! / std[channel]!;
        refitted[to + at] = weight;
        shift[output] -= weight * mean[channel]!;
      }
    }
  }
  return { refitted, shift };
}

/**
 * Folds order and std, and the mean where no padding is in the way (padded zeros mean "mean" after normalisation, but black
 * before it), into the convolutions that read the input. Undefined where something else reads it too.
 */
export function foldInto(graph: Graph, input: InputSpec, affine: Affine): Folded | undefined {
  const { nodes, elsewhere } = readersOf(graph, input.name);
  const weightsOf = (node: Node) => ownConstant(graph, node.inputs[1]);
  const fits = (node: Node) =>
    node.op === 'Conv' &&
    node.domain === '' &&
    node.inputs[0] === input.name &&
    intOf(node, 'group', 1) === 1 &&
    weightsOf(node)?.dims[1] === 3 &&
    weightsOf(node)?.dims.length === 4;
  if (input.type !== 'float32' || input.layout !== 'NCHW' || elsewhere || nodes.length === 0 || !nodes.every(fits)) {
    return undefined;
  }
  const hasMean = affine.mean.some((mean) => mean !== 0);
  const foldMean = hasMean && nodes.every((node) => !pads(node) && biasFits(graph, node));
  const initialisers = new Map(graph.initialisers);
  const replaced = new Map(nodes.map((node) => [node, refitted({ ...graph, initialisers }, node, affine, foldMean)]));
  // The mean is subtracted before the order is changed: it is the picture's channels that it meets there.
  const mean = hasMean && !foldMean ? affine.order.map((channel) => affine.mean[channel]!) : [0, 0, 0];
  return {
    graph: { ...graph, initialisers, nodes: graph.nodes.map((node) => replaced.get(node) ?? node) },
    left: { ...UNTOUCHED, mean },
  };
}

function biasFits(graph: Graph, node: Node): boolean {
  return !node.inputs[2] || ownConstant(graph, node.inputs[2]) !== undefined;
}

/** The convolution with constants of its own, which are added to the graph's. */
function refitted(graph: Graph, node: Node, affine: Affine, foldMean: boolean): Node {
  const initialisers = graph.initialisers as Map<string, OnnxTensor>;
  const weights = ownConstant(graph, node.inputs[1])!;
  const outputs = weights.dims[0]!;
  const { refitted, shift } = refit(float32Of(weights), outputs, affine);
  const weightName = freshName(graph, `lookout_${node.inputs[1]}`);
  initialisers.set(weightName, float32Tensor(refitted, weights.dims));
  if (!foldMean) return { ...node, inputs: [node.inputs[0]!, weightName, ...node.inputs.slice(2)] };
  const bias = ownConstant(graph, node.inputs[2]);
  const before = bias ? float32Of(bias) : new Float32Array(outputs);
  const biasName = freshName(graph, `lookout_bias_${node.inputs[1]}`);
  initialisers.set(biasName, float32Tensor(before.map((value, at) => value + shift[at]!)));
  return { ...node, inputs: [node.inputs[0]!, weightName, biasName] };
}
