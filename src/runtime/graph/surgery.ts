import type { Attribute } from '#onnx/attribute.js';
import type { Graph, Model, Node } from '#onnx/model.js';

/** Nodes that read a value, and whether anything else does (a subgraph, or the graph's own output). */
export interface Readers {
  readonly nodes: readonly Node[];
  readonly elsewhere: boolean;
}

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === 'graph') return [attribute.value];
  return attribute.kind === 'graphs' ? attribute.value : [];
}

/** Whether a subgraph (of If, Loop, Scan) mentions a value of the graph around it. */
function mentions(graph: Graph, name: string): boolean {
  return (
    graph.nodes.some((node) => node.inputs.includes(name) || subgraphsMention(node, name)) ||
    graph.outputs.some((output) => output.name === name)
  );
}

function innerGraphsOf(node: Node): readonly Graph[] {
  return [...node.attributes.values()].flatMap(graphsOf);
}

function subgraphsMention(node: Node, name: string): boolean {
  return innerGraphsOf(node).some((inner) => mentions(inner, name));
}

function namesReadIn({ nodes, outputs }: Graph): readonly string[] {
  const inside = nodes.flatMap((node) => [...node.inputs, ...innerGraphsOf(node).flatMap(namesReadIn)]);
  return [...inside, ...outputs.map(({ name }) => name)];
}

export function readersOf(graph: Graph, name: string): Readers {
  return {
    nodes: graph.nodes.filter((node) => node.inputs.includes(name)),
    elsewhere:
      graph.outputs.some((output) => output.name === name) || graph.nodes.some((node) => subgraphsMention(node, name)),
  };
}

/** A name that no value of the graph has, subgraphs included. */
export function freshName(graph: Graph, wish: string): string {
  const taken = new Set<string>();
  const collect = ({ nodes, inputs, initialisers }: Graph) => {
    for (const name of initialisers.keys()) taken.add(name);
    for (const { name } of inputs) taken.add(name);
    for (const node of nodes) {
      for (const name of [...node.inputs, ...node.outputs]) taken.add(name);
      for (const attribute of node.attributes.values()) graphsOf(attribute).forEach(collect);
    }
  };
  collect(graph);
  let name = wish;
  for (let at = 2; taken.has(name); at++) name = `${wish}${at}`;
  return name;
}

export function withGraph(model: Model, graph: Partial<Graph>): Model {
  return { ...model, graph: { ...model.graph, ...graph } };
}

/**
 * Makes constants constant: files of IR version 3 list their initialisers as inputs, which keeps ONNX Runtime from folding
 * and packing them. Declared types of inner values go too: they may hold sizes that are about to change.
 */
export function withConstantWeights(model: Model): Model {
  const { inputs, initialisers } = model.graph;
  const fed = inputs.filter(({ name }) => !initialisers.has(name));
  return { ...withGraph(model, { inputs: fed, values: [] }), irVersion: Math.max(model.irVersion, 4) };
}

/** Leaves out nodes and constants that nobody reads, which the runtime would compute all the same. */
export function withoutUnread(graph: Graph): Graph {
  const read = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => read.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) read.add(input);
    for (const inner of innerGraphsOf(node)) for (const name of namesReadIn(inner)) read.add(name);
  }
  const initialisers = new Map([...graph.initialisers].filter(([name]) => read.has(name)));
  return { ...graph, nodes: nodes.toReversed(), initialisers };
}
