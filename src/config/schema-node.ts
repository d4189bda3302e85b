import { z } from 'zod';
import type { Docs } from './documented.js';

/** A JSON Schema node, as far as it is read here, with the documentation's own words (`unit`, `flag`, ...) still in it. */
export interface SchemaNode extends Partial<Omit<Docs, 'tradeOff'>> {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly multipleOf?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
}

/** What a schema accepts as input, as a tree that can be walked. */
export function nodeOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as SchemaNode;
}

/** The alternatives of a node: itself, or the members of a union. */
export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return (node.anyOf ?? node.oneOf)?.flatMap(alternatives) ?? [node];
}

/** The node that describes what stands at a path, or undefined where the schema has no such place. */
export function nodeAt(node: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return node;
  for (const option of alternatives(node)) {
    const child = childOf(option, head);
    const found = child && nodeAt(child, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childOf(node: SchemaNode, key: PropertyKey): SchemaNode | undefined {
  if (typeof key === 'number') return node.items;
  const own =
    node.properties !== undefined && Object.hasOwn(node.properties, key) ? node.properties[String(key)] : undefined;
  return own ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined);
}

/** What a node accepts, in words: `a number from 0 to 1`. */
export function expectedBy(node: SchemaNode): string {
  const options = alternatives(node);
  if (options.length > 1) return [...new Set(options.map(expectedBy))].join(' or ');
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'string':
      return node.title ?? (node.minLength ? 'a text that is not empty' : 'a text');
    case 'number':
      return `a number${range(node)}`;
    case 'integer':
      return `a ${node.multipleOf === undefined ? 'whole number' : `multiple of ${node.multipleOf}`}${range(node)}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list${(node.minItems ?? 0) > 0 ? ` of at least ${node.minItems}` : ''}, each ${expectedBy(node.items ?? {})}`;
    case 'object':
      return node.properties !== undefined ? 'a section (key: value)' : 'a map (name: value)';
    default:
      return 'a value';
  }
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const top = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER)
    return top === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${top}`;
  const low = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  const high =
    top !== undefined ? ` of at most ${top}` : exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`;
  return low === '' || high === '' ? low + high : `${low} and${high}`;
}

/** A value in an error message: short, on one line, its kind where the value itself says little. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a section (key: value)';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
