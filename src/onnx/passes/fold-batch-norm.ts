import { floatOf, intOf } from '../attribute.js';
import type { Graph, Node } from '../model.js';
import { float32Of, float32Tensor, type OnnxTensor } from '../tensor.js';

interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** Factor and summand per channel that a batch normalisation with constant statistics amounts to. */
function affineOf(graph: Graph, node: Node): Affine | undefined {
  const constants = node.inputs.slice(1, 5).map((name) => graph.initialisers.get(name));
  if (constants.some((constant) => constant?.type !== 'float32') || intOf(node, 'training_mode', 0) === 1)
    return undefined;
  const [gamma, beta, mean, variance] = constants.map((constant) => float32Of(constant!)) as Float32Array[];
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const scale = gamma!.map((value, at) => value / Math.sqrt(variance![at]! + epsilon));
  return { scale, shift: beta!.map((value, at) => value - mean![at]! * scale[at]!) };
}

/** Weights `[M, ...]` times a factor per kernel; transposed convolutions hold `[C, M / G, ...]`. */
function scaledWeights(node: Node, weights: OnnxTensor, { scale }: Affine): OnnxTensor {
  const values = float32Of(weights);
  const [first, second = 1, ...kernel] = weights.dims as [number, ...number[]];
  const inner = kernel.reduce((a, b) => a * b, 1);
  const perGroup = first / intOf(node, 'group', 1);
  const kernelOf = (at: number) => {
    const row = Math.floor(at / (second * inner));
    if (node.op === 'Conv') return row;
    return Math.floor(row / perGroup) * second + (Math.floor(at / inner) % second);
  };
  return float32Tensor(
    values.map((value, at) => value * scale[kernelOf(at)]!),
    weights.dims,
  );
}

/** How often each value is read, graph outputs included. */
function readersOf(graph: Graph): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const names = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)];
  for (const name of names) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

/**
 * Folds every batch normalisation that follows a convolution (or transposed convolution) into its weights and bias, where
 * all of them are float32 constants and nobody else reads the convolution. The result computes the same up to rounding.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const readers = readersOf(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const initialisers = new Map(graph.initialisers);
  const replaced = new Map<Node, Node | undefined>();
  for (const norm of graph.nodes) {
    const conv = norm.op === 'BatchNormalization' ? makers.get(norm.inputs[0]!) : undefined;
    if (!conv || !['Conv', 'ConvTranspose'].includes(conv.op) || readers.get(norm.inputs[0]!) !== 1) continue;
    const [weights, bias] = [graph.initialisers.get(conv.inputs[1]!), graph.initialisers.get(conv.inputs[2] ?? '')];
    const affine = affineOf(graph, norm);
    if (!affine || weights?.type !== 'float32' || (conv.inputs[2] && bias?.type !== 'float32')) continue;
    const [w, b] = [`${norm.outputs[0]}:weights`, `${norm.outputs[0]}:bias`];
    const old = bias ? float32Of(bias) : undefined;
    initialisers.set(w, scaledWeights(conv, weights, affine));
    initialisers.set(b, float32Tensor(affine.shift.map((value, at) => value + (old?.[at] ?? 0) * affine.scale[at]!)));
    replaced.set(conv, undefined);
    replaced.set(norm, { ...conv, inputs: [conv.inputs[0]!, w, b], outputs: [norm.outputs[0]!] });
  }
  const nodes = graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node));
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  return { ...graph, nodes, initialisers: new Map([...initialisers].filter(([name]) => used.has(name))) };
}
