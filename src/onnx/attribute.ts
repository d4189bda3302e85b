import type { Graph, Node } from './model.js';
import type { OnnxTensor } from './tensor.js';

/** An integer of 64 bits: a number where it is exact, else a bigint. */
export type Int = number | bigint;

/** Text, or its bytes where they are not UTF-8. */
export type Text = string | Uint8Array;

/** What each kind of attribute holds. Sparse tensors and type protos are kept as their protobuf bytes. */
export interface AttributeValues {
  readonly float: number;
  readonly int: Int;
  readonly string: Text;
  readonly tensor: OnnxTensor;
  readonly graph: Graph;
  readonly floats: readonly number[];
  readonly ints: readonly Int[];
  readonly strings: readonly Text[];
  readonly tensors: readonly OnnxTensor[];
  readonly graphs: readonly Graph[];
  readonly 'sparse-tensor': Uint8Array;
  readonly 'sparse-tensors': readonly Uint8Array[];
  readonly 'type-proto': Uint8Array;
  readonly 'type-protos': readonly Uint8Array[];
}

export type AttributeKind = keyof AttributeValues;

/** The value of a node's attribute. */
export type Attribute = {
  readonly [K in AttributeKind]: { readonly kind: K; readonly value: AttributeValues[K] };
}[AttributeKind];

export const float = (value: number): Attribute => ({ kind: 'float', value: Math.fround(value) });
export const int = (value: Int): Attribute => ({ kind: 'int', value });
export const string = (value: Text): Attribute => ({ kind: 'string', value });
export const tensor = (value: OnnxTensor): Attribute => ({ kind: 'tensor', value });
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value: value.map(Math.fround) });
export const ints = (value: readonly Int[]): Attribute => ({ kind: 'ints', value });
export const strings = (value: readonly Text[]): Attribute => ({ kind: 'strings', value });

function get<K extends AttributeKind>(node: Node, name: string, kind: K): AttributeValues[K] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === kind ? (attribute.value as AttributeValues[K]) : undefined;
}

/** An int attribute as a number, or the default where it is absent or of another kind. */
export function intOf(node: Node, name: string, otherwise: number): number;
export function intOf(node: Node, name: string): number | undefined;
export function intOf(node: Node, name: string, otherwise?: number): number | undefined {
  const value = get(node, name, 'int');
  return value === undefined ? otherwise : Number(value);
}

/** A float attribute, or the default where it is absent or of another kind. */
export function floatOf(node: Node, name: string, otherwise: number): number {
  return get(node, name, 'float') ?? otherwise;
}

/** A list of ints as numbers; undefined where it is absent or of another kind. */
export function intsOf(node: Node, name: string): number[] | undefined {
  return get(node, name, 'ints')?.map(Number);
}

/** A string attribute, or the default where it is absent, of another kind or no UTF-8. */
export function stringOf(node: Node, name: string, otherwise: string): string {
  const value = get(node, name, 'string');
  return typeof value === 'string' ? value : otherwise;
}

/** A tensor attribute; undefined where it is absent or of another kind. */
export function tensorAttributeOf(node: Node, name: string): OnnxTensor | undefined {
  return get(node, name, 'tensor');
}
