import type { z } from 'zod';
import { closest, didYouMean } from '#core/suggest.js';
import type { Fault } from './fault.js';
import { fromText } from './from-text.js';
import { type Located, nameOf, valueAt } from './located.js';
import { expectedBy, nodeAt, nodeOf, type SchemaNode, shown } from './schema-node.js';

type Path = readonly PropertyKey[];

/** Where the parts of some data come from, and how they may be shown. */
export interface Provenance {
  whereKey(path: Path): string;
  whereValue(path: Path): string;
  /** How a value was written, quoted, where that is not the value itself: error messages show this. */
  instead(path: Path): string | undefined;
  /** A text without the credentials that variables put into it, where they did. */
  safe(path: Path): string | undefined;
}

/** A schema with its walkable form, made once. */
export interface Checked<T> {
  readonly schema: z.ZodType<T>;
  readonly node: SchemaNode;
}

export function checkedBy<T>(schema: z.ZodType<T>): Checked<T> {
  const node = nodes.get(schema) ?? nodeOf(schema);
  nodes.set(schema, node);
  return { schema, node };
}

/** Walkable forms take some 20 ms to make. */
const nodes = new WeakMap<z.ZodType, SchemaNode>();

/** Data of the schema's type, or every fault in it. */
export function validate<T>(
  value: unknown,
  { schema, node }: Checked<T>,
  from: Provenance,
): { data: T } | { faults: Fault[] } {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data };
  return { faults: result.error.issues.flatMap((issue) => faultsOf(issue, { value, node, from })) };
}

interface Context {
  readonly value: unknown;
  readonly node: SchemaNode;
  readonly from: Provenance;
}

function faultsOf(issue: z.core.$ZodIssue, context: Context): Fault[] {
  const { path } = issue;
  const { value, node, from } = context;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], node, from));
  if (issue.code === 'custom') return [{ where: from.whereValue(path), path: nameOf(path), problem: issue.message }];
  const found = valueAt(value, path);
  const wanted = nodeAt(node, path);
  const got = wanted?.secret ? '***' : (from.instead(path) ?? shown(found));
  return [
    {
      where: from.whereValue(path),
      path: nameOf(path),
      problem: `expected ${wanted === undefined ? issue.message : expectedBy(wanted)}, got ${got}`,
      hint: typeof found === 'string' && wanted !== undefined ? valueHint(found, wanted) : undefined,
    },
  ];
}

function unknownKey(path: Path, node: SchemaNode, from: Provenance): Fault {
  const name = String(path.at(-1));
  const siblings = Object.keys(nodeAt(node, path.slice(0, -1))?.properties ?? {});
  const elsewhere = namesIn(node, []).filter(({ names }) => closest(name, names) !== undefined);
  return {
    where: from.whereKey(path),
    path: nameOf(path),
    problem: 'unknown key',
    hint: didYouMean(name, siblings) ?? (elsewhere[0] && `did you mean ${elsewhere[0].path}?`),
  };
}

/** Every key below a node with the words it is known by: its own name, and those of its arguments (`conf`, `imgsz`). */
function namesIn(node: SchemaNode, path: Path): { path: string; names: string[] }[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const words = [child.flag, child.alias].flatMap((flag) => (flag === undefined ? [] : [flag.split(' ')[0]!]));
    return [{ path: nameOf([...path, key]), names: [key, ...words] }, ...namesIn(child, [...path, key])];
  });
}

const YES_NO: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  no: 'false',
  off: 'false',
  y: 'true',
  n: 'false',
};

function valueHint(found: string, node: SchemaNode): string | undefined {
  if (node.type === 'boolean') return YES_NO[found.toLowerCase()] && `did you mean ${YES_NO[found.toLowerCase()]}?`;
  const words = [node, ...(node.anyOf ?? [])].flatMap(
    (option) => option.enum ?? (option.const === undefined ? [] : [option.const]),
  );
  return didYouMean(found, words.map(String));
}

/**
 * A file's data with texts that hold `${NAME}` read as what the schema wants there (`${SCORE}` is a number), and with
 * sections whose keys are all commented out as what they are: empty.
 */
export function typed(located: Located, node: SchemaNode): unknown {
  const visit = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => visit(item, [...path, i]));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
    }
    if (value === null) return nodeAt(node, path)?.properties === undefined ? null : {};
    if (typeof value !== 'string' || located.referenceAt(path) === undefined) return value;
    const wanted = nodeAt(node, path);
    return wanted === undefined ? value : fromText(value, wanted);
  };
  return visit(located.value, []);
}

/** A file as provenance: values with references are shown as they were written. */
export function provenanceOf(located: Located): Provenance {
  return {
    whereKey: (path) => located.whereKey(path),
    whereValue: (path) => located.whereValue(path),
    safe: (path) => located.referenceAt(path)?.safe,
    instead: (path) => {
      const reference = located.referenceAt(path);
      return reference && JSON.stringify(reference.raw);
    },
  };
}
