import { int } from '#onnx/attribute.js';
import type { Graph, Model, Node } from '#onnx/model.js';
import { node } from '#onnx/model.js';
import { float32Of, float32Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';

// O output channels. Real value = scale * (quantised - zero point).

/** Operations that onnxruntime runs on 8-bit integers when all around them is quantised. */
const QUANTISED = new Set([
  'Conv',
  'Add',
  'Mul',
  'Sigmoid',
  'LeakyRelu',
  'Relu',
  'Concat',
  'MaxPool',
  'AveragePool',
  'Resize',
]);
/** Operations that move values about: their output keeps the scale of their input. */
const MOVES = new Set(['MaxPool', 'Resize']);

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface QuantiseOptions {
  /** What each tensor of {@link tensorsToObserve} ranges over. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** 7-bit weights, for processors without VNNI, where sums of 8-bit products overflow 16 bits. */
  readonly reducedWeights?: boolean;
}

/** The nodes that are computed on integers: all that can be, but for the convolutions that give the graph's outputs. */
function quantisedNodes({ nodes, outputs, initialisers }: Graph): Set<Node> {
  const last = new Set(outputs.map(({ name }) => name));
  // From an output back to its convolution everything stays float: logits decide by small differences.
  const kept = new Set<Node>();
  for (const one of [...nodes].reverse()) {
    if (!one.outputs.some((name) => last.has(name))) continue;
    kept.add(one);
    if (one.op !== 'Conv') for (const name of one.inputs) last.add(name);
  }
  return new Set(
    nodes.filter(
      (one) => QUANTISED.has(one.op) && !kept.has(one) && (one.op !== 'Conv' || isConstantConv(one, initialisers)),
    ),
  );
}

function isConstantConv({ inputs }: Node, initialisers: Graph['initialisers']): boolean {
  return inputs.slice(1).every((name) => initialisers.get(name)?.type === 'float32');
}

/** Values that enter or leave a quantised node: what a calibration has to look at. */
export function tensorsToObserve(graph: Graph): string[] {
  const names = new Set<string>();
  for (const one of quantisedNodes(graph)) {
    for (const name of dataInputs(one)) if (!graph.initialisers.has(name)) names.add(name);
    for (const name of one.outputs) names.add(name);
  }
  return [...names];
}

function dataInputs({ op, inputs }: Node): readonly string[] {
  return op === 'Conv' || op === 'Resize' ? inputs.slice(0, 1) : inputs.filter((name) => name !== '');
}

/**
 * Static 8-bit quantisation in QDQ form: weights int8 per output channel, symmetric; bias int32; activations uint8 with
 * one scale per tensor. Values between quantised nodes pass a QuantizeLinear and a DequantizeLinear, which onnxruntime
 * fuses into integer kernels.
 * @throws RangeError when a range is missing
 */
export function quantise(model: Model, { ranges, reducedWeights = false }: QuantiseOptions): Model {
  const { graph } = model;
  const chosen = quantisedNodes(graph);
  const initialisers = new Map(graph.initialisers);
  const scales = activationScales(graph, chosen, ranges);
  const observed = new Set(scales.keys());
  const nodes: Node[] = [];
  const wrapped = (name: string): string => (observed.has(name) ? `${name}.dequantised` : name);
  const wrap = (name: string): void => {
    if (!observed.has(name)) return;
    nodes.push(...pairOf(name, scales.get(name)!, initialisers));
  };
  for (const { name } of graph.inputs) wrap(name);
  for (const one of graph.nodes) {
    if (!chosen.has(one)) {
      nodes.push({ ...one, inputs: one.inputs.map(wrapped) });
    } else {
      const weights = one.op === 'Conv' ? quantiseWeights(one, { scales, initialisers, reducedWeights }) : undefined;
      if (weights) nodes.push(...weights.nodes);
      nodes.push({ ...one, inputs: weights?.inputs.map(wrapped) ?? one.inputs.map(wrapped) });
    }
    for (const name of one.outputs) wrap(name);
  }
  return { ...model, graph: withUsedInitialisers({ ...graph, nodes, initialisers, values: [] }) };
}

interface Scale {
  readonly scale: number;
  readonly zero: number;
}

function activationScales(
  graph: Graph,
  chosen: ReadonlySet<Node>,
  ranges: ReadonlyMap<string, Range>,
): Map<string, Scale> {
  const scales = new Map<string, Scale>();
  for (const name of tensorsToObserve(graph)) {
    const range = ranges.get(name);
    if (range === undefined) throw new RangeError(`quantise: no range of ${name}`);
    scales.set(name, scaleOf(range));
  }
  for (const one of chosen) {
    if (MOVES.has(one.op)) scales.set(one.outputs[0]!, scales.get(one.inputs[0]!)!);
  }
  return scales;
}

function scaleOf({ low, high }: Range): Scale {
  const scale = Math.fround(Math.max(high - low, 1e-8) / 255);
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

function pairOf(name: string, { scale, zero }: Scale, initialisers: Map<string, OnnxTensor>): Node[] {
  const [scaleName, zeroName] = [`${name}.scale`, `${name}.zero`];
  initialisers.set(scaleName, float32Tensor([scale], []));
  initialisers.set(zeroName, tensorOf('uint8', [], Uint8Array.of(zero)));
  return [
    node('QuantizeLinear', [name, scaleName, zeroName], [`${name}.quantised`]),
    node('DequantizeLinear', [`${name}.quantised`, scaleName, zeroName], [`${name}.dequantised`]),
  ];
}

interface WeightOptions {
  readonly scales: ReadonlyMap<string, Scale>;
  readonly initialisers: Map<string, OnnxTensor>;
  readonly reducedWeights: boolean;
}

function quantiseWeights(conv: Node, { scales, initialisers, reducedWeights }: WeightOptions) {
  const [input, weightName, biasName] = conv.inputs as [string, string, string | undefined];
  const tensor = initialisers.get(weightName)!;
  const weights = float32Of(tensor);
  const O = tensor.dims[0]!;
  const each = weights.length / O;
  const limit = reducedWeights ? 63 : 127;
  const weightScales = new Float32Array(O);
  const quantised = new Int8Array(weights.length);
  for (let o = 0; o < O; o++) {
    let most = 1e-12;
    for (let at = o * each; at < (o + 1) * each; at++) most = Math.max(most, Math.abs(weights[at]!));
    weightScales[o] = most / limit;
    for (let at = o * each; at < (o + 1) * each; at++) quantised[at] = Math.round(weights[at]! / weightScales[o]!);
  }
  const key = conv.outputs[0]!;
  const parts = (part: string): string => `${key}.${part}`;
  initialisers.set(parts('w8'), tensorOf('int8', tensor.dims, quantised));
  initialisers.set(parts('w8.scale'), float32Tensor(weightScales));
  initialisers.set(parts('w8.zero'), tensorOf('int8', [O], new Int8Array(O)));
  const nodes = [
    node('DequantizeLinear', [parts('w8'), parts('w8.scale'), parts('w8.zero')], [parts('w8.float')], { axis: int(0) }),
  ];
  const inputs = [input, parts('w8.float')];
  if (biasName) {
    const bias = float32Of(initialisers.get(biasName)!);
    const inputScale = scales.get(input)!.scale;
    const biasScales = weightScales.map((scale) => scale * inputScale);
    initialisers.set(
      parts('b32'),
      tensorOf(
        'int32',
        [O],
        Int32Array.from(bias, (value, o) => Math.round(value / biasScales[o]!)),
      ),
    );
    initialisers.set(parts('b32.scale'), float32Tensor(biasScales));
    initialisers.set(parts('b32.zero'), tensorOf('int32', [O], new Int32Array(O)));
    nodes.push(
      node('DequantizeLinear', [parts('b32'), parts('b32.scale'), parts('b32.zero')], [parts('b32.float')], {
        axis: int(0),
      }),
    );
    inputs.push(parts('b32.float'));
  }
  return { nodes, inputs };
}

/** The model with further values as outputs, for calibration. */
export function withOutputs(model: Model, names: readonly string[]): Model {
  const known = new Set([...model.graph.outputs, ...model.graph.inputs].map(({ name }) => name));
  const extra = names.filter((name) => !known.has(name)).map((name) => ({ name, type: 'float32' as const }));
  return { ...model, graph: { ...model.graph, outputs: [...model.graph.outputs, ...extra] } };
}

/** The graph without constants that no node reads. */
function withUsedInitialisers(graph: Graph): Graph {
  const used = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  return { ...graph, initialisers: new Map([...graph.initialisers].filter(([name]) => used.has(name))) };
}
