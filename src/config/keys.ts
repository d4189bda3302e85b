import { nodeOf, type SchemaNode } from './schema-node.js';
import { someSettings } from './settings.js';

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

/** All settings in the order of the schema; sections are walked, maps and lists are one setting each. */
export const keys: readonly Key[] = walk(nodeOf(someSettings), []);

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
