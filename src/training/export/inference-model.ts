import type { InputSpec } from '#core/card.js';
import { inferenceModel, type Tail, type Weights } from '#nn/inference.js';
import type { Layout } from '#nn/layout.js';
import type { Graph, Model, Node } from '#onnx/model.js';
import { foldBatchNorm } from '#onnx/passes/fold-batch-norm.js';
import type { DetectorNetwork } from '../detector/detector-network.js';

/** What the exported graph is fed with: `float32` in 0..1 or `uint8` pixels. */
export type InputType = 'float32' | 'uint8';

export interface ExportOptions {
  readonly detector: DetectorNetwork;
  readonly layout: Layout;
  readonly weights: Weights;
  /** Side of the square that it is trained at, px. */
  readonly side: number;
  readonly input: InputType;
  /** What stands behind the heads; absent: nothing. */
  readonly tail?: Tail;
}

/** The name that the exported input has. */
export const INPUT = 'input';
/** The free dimensions of the input: pictures, and pixels of whole strides. */
const FREE = ['batch', 3, 'height', 'width'] as const;

/**
 * The network as it serves: weights as constants that are named after their layers (`backbone/stem/w`, `.../b`), batch
 * normalisation folded into the convolutions; any number of pictures at a time and any size unless a tail fixes them.
 */
export function exportModel({ detector, layout, weights, side, input, tail }: ExportOptions): Model {
  const model = inferenceModel({
    network: detector.network,
    input: { dims: [1, 3, side, side], type: input },
    layout,
    weights,
    tail,
  });
  const graph = nameConstants(foldBatchNorm(model.graph));
  return { ...model, graph: tail === undefined ? withFreeSizes(graph) : graph };
}

/** The card's words for the exported input. */
export function inputSpec(side: number, type: InputType, isFree: boolean): InputSpec {
  const divisor = type === 'uint8' ? 1 : 255;
  return {
    name: INPUT,
    type,
    dims: isFree ? [-1, 3, -1, -1] : [1, 3, side, side],
    layout: 'NCHW',
    size: { width: side, height: side },
    fit: 'letterbox',
    padding: 114,
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [divisor, divisor, divisor],
  };
}

function withFreeSizes(graph: Graph): Graph {
  const inputs = graph.inputs.map((value) => ({ ...value, dims: FREE }));
  const outputs = graph.outputs.map((value) => ({
    ...value,
    dims: [FREE[0], value.dims![1]!, `${value.name}_rows`, `${value.name}_columns`],
  }));
  return { ...graph, inputs, outputs, values: [] };
}

/** Constants of a convolution take the name of its layer, so that another training may start from them. */
function nameConstants(graph: Graph): Graph {
  const names = new Map<string, string>();
  for (const { op, name, inputs } of graph.nodes) {
    if (op !== 'Conv') continue;
    const layer = layerOf(name);
    ['w', 'b'].forEach((part, n) => {
      const constant = inputs[n + 1];
      if (constant && graph.initialisers.has(constant)) names.set(constant, `${layer}/${part}`);
    });
  }
  const renamed = (name: string): string => names.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node): Node => ({ ...node, inputs: node.inputs.map(renamed) })),
    initialisers: new Map([...graph.initialisers].map(([name, tensor]) => [renamed(name), tensor])),
  };
}

/** `backbone/stem` of a node that is called `backbone/stem/Conv_3`. */
export function layerOf(node: string): string {
  return node.slice(0, Math.max(0, node.lastIndexOf('/')));
}
