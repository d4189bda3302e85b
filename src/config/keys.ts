import { z } from 'zod';
import type { Docs } from './documented.js';
import { settingsSchema } from './settings.js';

/** A JSON Schema node, as far as it is read here. */
export interface SchemaNode extends Omit<Docs, 'tradeOff'> {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
}

/** One setting: where it stands, and how it is called elsewhere. */
export interface Key {
  /** `['suppression', 'maxDetections']` */
  readonly path: readonly string[];
  /** `suppression.maxDetections` */
  readonly name: string;
  /** `LOOKOUT_SUPPRESSION_MAX_DETECTIONS` */
  readonly variable: string;
  readonly node: SchemaNode;
}

/** The schema of a file as plain JSON Schema, with the documentation's own words (`unit`, `flag`, ...) still in it. */
export function nodeOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

/** All settings in the order of the schema; sections are walked, maps and lists are one setting each. */
export const keys: readonly Key[] = walk(nodeOf(settingsSchema), []);

function walk(node: SchemaNode, path: readonly string[]): Key[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([name, child]) => walk(child, [...path, name]));
  }
  return [{ path, name: path.join('.'), variable: variableOf(path), node }];
}

function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return ['LOOKOUT', ...words].join('_');
}

/** The setting of that name; a name that is none is our own mistake. */
export function keyOf(name: string): Key {
  const key = keys.find((each) => each.name === name);
  if (key === undefined) throw new RangeError(`keyOf: no setting ${name}`);
  return key;
}
