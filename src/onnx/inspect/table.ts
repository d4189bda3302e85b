import { type Dim, feedsOf, type Model } from '../model.js';
import { type InferOptions, inferShapes } from '../shapes/infer.js';
import { productOf } from '../shapes/shaped.js';
import { costOf } from './cost.js';
import { parametersOf } from './parameters.js';

/** One line of a network's table. Counts are undefined where a dimension is free. */
export interface LayerRow {
  /** The node's name, or that of its first output where it has none. */
  readonly layer: string;
  /** ONNX operator; `Input` for what is fed. */
  readonly op: string;
  /** Shape of the first output; undefined where even its rank is unknown. */
  readonly output: readonly Dim[] | undefined;
  /** Elements of the first output. */
  readonly size: number | undefined;
  readonly parameters: number;
  readonly macs: number | undefined;
  readonly flops: number | undefined;
}

export interface NetworkTable {
  /** Inputs first, then nodes in the graph's order; constants and shape arithmetic are left out. */
  readonly rows: readonly LayerRow[];
  /** Sums over the rows; those of counts that are undefined say nothing of the rows that are: see `complete`. */
  readonly parameters: number;
  readonly macs: number;
  readonly flops: number;
  /** False where free dimensions hide the cost of some rows. */
  readonly complete: boolean;
}

function sizeOf(dims: readonly Dim[] | undefined): number | undefined {
  const product = dims && productOf(dims);
  return typeof product === 'number' ? product : undefined;
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/**
 * A network as a table of its layers; see `cost.ts` for what a FLOP is and `parameters.ts` for what a parameter is.
 * Free dimensions can be given sizes: `table(model, { sizes: { N: 1 } })`.
 */
export function table(model: Model, options: InferOptions = {}): NetworkTable {
  const { graph } = model;
  const shapes = inferShapes(model, options);
  const parameters = parametersOf(graph);
  const inputs = feedsOf(graph).map(({ name }): LayerRow => {
    const output = shapes.get(name)?.dims;
    return { layer: name, op: 'Input', output, size: sizeOf(output), parameters: 0, macs: 0, flops: 0 };
  });
  const layers = graph.nodes.flatMap((node): LayerRow[] => {
    const output = shapes.get(node.outputs[0] ?? '');
    if (node.op === 'Constant' || output?.values) return [];
    const layer = node.name || (node.outputs[0] ?? '');
    const own = { parameters: parameters.get(node) ?? 0, ...costOf(node, shapes) };
    return [{ layer, op: node.op, output: output?.dims, size: sizeOf(output?.dims), ...own }];
  });
  return {
    rows: [...inputs, ...layers],
    parameters: sum(layers.map((row) => row.parameters)),
    macs: sum(layers.map((row) => row.macs)),
    flops: sum(layers.map((row) => row.flops)),
    complete: layers.every((row) => row.flops !== undefined),
  };
}
