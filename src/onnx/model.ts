import type { Attribute } from './attribute.js';
import type { DataType } from './data-type.js';
import type { OnnxTensor } from './tensor.js';

/** A dimension: its size, or the symbol of a free one; the empty string is a free one without a name. */
export type Dim = number | string;

/** A tensor as a graph declares it. Absent `type` or `dims`: not declared. */
export interface ValueInfo {
  readonly name: string;
  readonly type?: DataType;
  readonly dims?: readonly Dim[];
  /** The TypeProto of a value that is no tensor (sequence, map, optional), as protobuf bytes. */
  readonly otherType?: Uint8Array;
}

/** One operation. An empty string among the inputs or outputs is an optional one left out. */
export interface Node {
  readonly op: string;
  /** Operator domain; empty for ONNX's own. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A field of the file that lookout carries along without reading it. */
export interface OpaqueField {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** Nodes in topological order between declared inputs and outputs. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** Files of IR version 3 list their initialisers here too: {@link feedsOf} leaves them out. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initialisers: ReadonlyMap<string, OnnxTensor>;
  /** Declared types of values inside the graph. */
  readonly values: readonly ValueInfo[];
  /** Quantisation annotations and sparse initialisers. */
  readonly opaque?: readonly OpaqueField[];
}

/** What an ONNX file holds. */
export interface Model {
  readonly irVersion: number;
  /** Operator set version by domain; the key of ONNX's own domain is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly producerVersion: string;
  /** metadata_props: exporters keep labels, stride and task here. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
  /** Model-local functions. */
  readonly opaque?: readonly OpaqueField[];
}

/** The inputs that a caller must feed: those without an initialiser. */
export function feedsOf(graph: Graph): readonly ValueInfo[] {
  return graph.inputs.filter(({ name }) => !graph.initialisers.has(name));
}

/** A node with what is usual left out. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Node {
  return { op, domain, name: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

/** Operator sets that lookout emits, by domain. */
const EMITTED = new Map([
  ['', 20],
  ['com.microsoft', 1],
  ['com.microsoft.nchwc', 1],
]);

/** A model around a graph that lookout built (IR 9); it names the operator sets that the graph uses. */
export function modelOf(graph: Graph, metadata: ReadonlyMap<string, string> = new Map()): Model {
  const used = new Set(['', ...graph.nodes.map(({ domain }) => domain)]);
  const opsets = new Map([...EMITTED].filter(([domain]) => used.has(domain)));
  return { irVersion: 9, opsets, producer: 'lookout', producerVersion: '', metadata, graph };
}
