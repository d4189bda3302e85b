import { alternatives, type SchemaNode } from './schema-node.js';

/**
 * Reads a value of the kind that the schema wants from plain text: what a variable, an argument or `${NAME}` gives.
 * Lists are separated by commas, lists of lists by semicolons, maps are `name=value,name=value`. Text that does not fit is
 * returned as it is, so that validation names it.
 */
export function fromText(text: string, node: SchemaNode): unknown {
  const trimmed = text.trim();
  for (const option of alternatives(node)) {
    const value = readAs(trimmed, option);
    if (value !== undefined) return value;
  }
  return text;
}

function readAs(text: string, node: SchemaNode): unknown {
  switch (node.type) {
    case 'null':
      return text === 'null' ? null : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number':
    case 'integer':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
    case 'array':
      return split(text, node.items?.type === 'array' ? ';' : ',').map((part) => fromText(part, node.items ?? {}));
    case 'object':
      return readMap(text, node);
    default:
      return undefined;
  }
}

function readMap(text: string, node: SchemaNode): Record<string, unknown> | undefined {
  const pairs = split(text, ',').map((pair) => pair.split('='));
  if (pairs.some((pair) => pair.length !== 2)) return undefined;
  const values = typeof node.additionalProperties === 'object' ? node.additionalProperties : {};
  return Object.fromEntries(pairs.map(([name, value]) => [name!.trim(), fromText(value!.trim(), values)]));
}

function split(text: string, separator: string): string[] {
  return text === '' ? [] : text.split(separator).map((part) => part.trim());
}
