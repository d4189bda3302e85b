import type { Dim, Graph, Model, Node, ValueInfo } from '../model.js';
import { constants, shapedConstant } from './constant.js';
import { elementwise } from './elementwise.js';
import { matmul } from './matmul.js';
import { movement } from './movement.js';
import { reduction } from './reduction.js';
import { type Op, type Shaped, type ShapeRules, UNKNOWN } from './shaped.js';
import { spatial } from './spatial.js';
import { withValues } from './values.js';

/** One rule per ONNX operator (and the com.microsoft ones that quantisers and lookout emit). */
export const SHAPE_RULES: ShapeRules = {
  ...elementwise,
  ...spatial,
  ...matmul,
  ...movement,
  ...reduction,
  ...constants,
};

/** What is known of every value, by name. */
export type Shapes = ReadonlyMap<string, Shaped>;

export interface InferOptions {
  /** Sizes for free dimensions, by symbol or by input name: `{ N: 1 }`, `{ images: [1, 3, 640, 640] }`. */
  readonly sizes?: Readonly<Record<string, number | readonly number[]>>;
}

/** What a single node gives. An operator without a rule gives unknown outputs, never an error. */
export function inferNode(op: Op): readonly Shaped[] {
  const rule = Object.hasOwn(SHAPE_RULES, op.node.op) ? SHAPE_RULES[op.node.op] : undefined;
  const outputs = rule ? withValues(op, rule(op)) : [];
  return op.node.outputs.map((_, index) => legal(outputs[index] ?? UNKNOWN));
}

/** Graphs that contradict themselves lead to sizes that cannot be: those become free. */
function legal(known: Shaped): Shaped {
  if (!known.dims) return known;
  const dims = known.dims.map((dim) => (typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0) ? dim : ''));
  return { ...known, dims };
}

function sized({ name, dims }: ValueInfo, sizes: InferOptions['sizes']): readonly Dim[] | undefined {
  const own = sizes?.[name];
  if (Array.isArray(own)) return own;
  return dims?.map((dim) => {
    const size = typeof dim === 'string' ? sizes?.[dim] : undefined;
    return typeof size === 'number' ? size : dim;
  });
}

/** Prefers what a rule found; the file's own declaration fills in what it could not say. */
function merged(found: Shaped, declared: Shaped | undefined): Shaped {
  const type = found.type ?? declared?.type;
  const dims =
    found.dims?.length === declared?.dims?.length
      ? found.dims?.map((dim, axis) => (dim === '' ? declared!.dims![axis]! : dim))
      : (found.dims ?? declared?.dims);
  return { ...found, ...(type && { type }), ...(dims && { dims }) };
}

function opsetOf(model: Model, node: Node): number {
  return model.opsets.get(node.domain) ?? 1;
}

/** Branches of an If agree on a shape, or leave it free. */
function inferIf(model: Model, node: Node, known: Map<string, Shaped>): readonly Shaped[] {
  const branches = ['then_branch', 'else_branch'].map((name) => {
    const attribute = node.attributes.get(name);
    if (attribute?.kind !== 'graph') return [];
    const inner = inferGraph(model, attribute.value, { known: new Map(known) });
    return attribute.value.outputs.map((output) => inner.get(output.name) ?? UNKNOWN);
  });
  return node.outputs.map((_, index) => common(branches[0]![index], branches[1]![index]));
}

function common(a: Shaped | undefined, b: Shaped | undefined): Shaped {
  const type = a?.type === b?.type ? a?.type : undefined;
  const dims =
    a?.dims?.length === b?.dims?.length ? a?.dims?.map((dim, axis) => (dim === b!.dims![axis] ? dim : '')) : undefined;
  return { ...(type && { type }), ...(dims && { dims }) };
}

interface Start {
  /** Values of the graphs around this one. */
  readonly known: Map<string, Shaped>;
  readonly sizes?: InferOptions['sizes'];
}

function inferGraph(model: Model, graph: Graph, { known, sizes }: Start): Shapes {
  const declared = new Map<string, Shaped>();
  for (const { name, type, dims } of sizes ? [] : [...graph.values, ...graph.outputs]) {
    declared.set(name, { ...(type && { type }), ...(dims && { dims }) });
  }
  for (const [name, tensor] of graph.initialisers) known.set(name, shapedConstant(tensor));
  for (const input of graph.inputs) {
    if (graph.initialisers.has(input.name)) continue;
    const dims = sized(input, sizes);
    known.set(input.name, { ...(input.type && { type: input.type }), ...(dims && { dims }) });
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : (known.get(name) ?? UNKNOWN)));
    const outputs =
      node.op === 'If' ? inferIf(model, node, known) : inferNode({ node, opset: opsetOf(model, node), inputs });
    node.outputs.forEach((name, index) => {
      if (name !== '') known.set(name, merged(outputs[index]!, declared.get(name)));
    });
  }
  return known;
}

/**
 * The type and shape of every value of a model, constants included. Dimensions that the file leaves free stay symbols
 * (or '' where a size depends on the data, as behind NonMaxSuppression); an operator that is not known gives unknown
 * outputs and never an error. Sizes given in the options replace free dimensions, then nothing that the file declares
 * about inner values is believed.
 */
export function inferShapes(model: Model, options: InferOptions = {}): Shapes {
  return inferGraph(model, model.graph, { known: new Map(), ...options });
}
