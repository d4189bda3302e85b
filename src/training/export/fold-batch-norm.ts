import { floatOf, intOf } from '#onnx/attribute.js';
import type { Graph, Model, Node } from '#onnx/model.js';
import { float32Of, float32Tensor, type OnnxTensor } from '#onnx/tensor.js';

// O output channels of a convolution.

/**
 * Folds every BatchNormalization that follows a Conv (which nothing else reads) into its weights and bias, in float64:
 * w' = w * g / sqrt(v + e), b' = (b - m) * g / sqrt(v + e) + s. Others stay as they are.
 */
export function foldBatchNorm(model: Model): Model {
  const { graph } = model;
  const initialisers = new Map(graph.initialisers);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = countReaders(graph);
  const replaced = new Map<Node, Node | undefined>();
  for (const norm of graph.nodes) {
    const conv = norm.op === 'BatchNormalization' ? producers.get(norm.inputs[0]!) : undefined;
    if (conv?.op !== 'Conv' || readers.get(norm.inputs[0]!) !== 1) continue;
    const folded = fold(conv, norm, initialisers);
    if (folded === undefined) continue;
    replaced.set(conv, folded);
    replaced.set(norm, undefined);
  }
  const nodes = graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node));
  return { ...model, graph: withUsedInitialisers({ ...graph, nodes, initialisers }) };
}

function countReaders({ nodes, outputs }: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { inputs } of nodes) inputs.forEach(count);
  for (const { name } of outputs) count(name);
  return counts;
}

function fold(conv: Node, norm: Node, initialisers: Map<string, OnnxTensor>): Node | undefined {
  const [, scale, shift, mean, variance] = norm.inputs.map((name) => floatsOf(initialisers, name));
  const weightName = conv.inputs[1]!;
  const weights = floatsOf(initialisers, weightName);
  const bias = conv.inputs[2] ? floatsOf(initialisers, conv.inputs[2]) : new Float32Array(scale?.length ?? 0);
  const isTraining = intOf(norm, 'training_mode', 0) === 1;
  if (isTraining || !scale || !shift || !mean || !variance || !weights || !bias) return undefined;
  const O = scale.length;
  const each = weights.length / O;
  const epsilon = floatOf(norm, 'epsilon', 1e-5);
  const foldedWeights = new Float32Array(weights.length);
  const foldedBias = new Float32Array(O);
  for (let o = 0; o < O; o++) {
    const factor = scale[o]! / Math.sqrt(variance[o]! + epsilon);
    for (let at = o * each; at < (o + 1) * each; at++) foldedWeights[at] = weights[at]! * factor;
    foldedBias[o] = (bias[o]! - mean[o]!) * factor + shift[o]!;
  }
  // Named after the convolution's output: weights may be shared, folded ones never are.
  const output = norm.outputs[0]!;
  const names = [`${output}.weight`, `${output}.bias`] as const;
  initialisers.set(names[0], float32Tensor(foldedWeights, initialisers.get(weightName)!.dims));
  initialisers.set(names[1], float32Tensor(foldedBias));
  return { ...conv, inputs: [conv.inputs[0]!, ...names], outputs: [output] };
}

function floatsOf(initialisers: ReadonlyMap<string, OnnxTensor>, name: string): Float32Array | undefined {
  const tensor = initialisers.get(name);
  return tensor?.type === 'float32' ? float32Of(tensor) : undefined;
}

/** The graph without constants that no node reads. */
export function withUsedInitialisers(graph: Graph): Graph {
  const used = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  return { ...graph, initialisers: new Map([...graph.initialisers].filter(([name]) => used.has(name))) };
}
