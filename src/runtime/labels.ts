import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';
import { LookoutError, messageOf } from '#core/errors.js';
import { COCO_LABELS } from './coco-labels.js';

/** A list, or a mapping from class id to name, as a list; undefined where it is neither or has gaps. */
function listOf(names: unknown): string[] | undefined {
  if (Array.isArray(names)) return names.map(String);
  if (typeof names !== 'object' || names === null) return undefined;
  const entries = Object.entries(names);
  const labels: string[] = new Array(entries.length);
  for (const [id, name] of entries) {
    if (!/^\d+$/.test(id) || Number(id) >= entries.length) return undefined;
    labels[Number(id)] = String(name);
  }
  return labels;
}

/** Escapes of Python's literals that YAML's single quotes have not. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Python's strings in YAML's double quotes: `'dog\'s'` is Python's way to write a name with both kinds of quotes. */
function asYaml(python: string): string {
  return python.replace(/'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"/gs, (literal, inner: string | undefined) => {
    if (inner === undefined || !inner.includes('\\')) return literal;
    const text = inner.replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\(.)/gi, (_, byte, unit, one) =>
      one === undefined ? String.fromCharCode(Number.parseInt(byte ?? unit, 16)) : (ESCAPES[one] ?? one),
    );
    return JSON.stringify(text);
  });
}

/** Class names that an exporter left in the file's metadata: a Python dict or list, which reads as YAML. */
export function metadataLabels(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  const names = metadata.get('names');
  if (names === undefined || names.length > 1_000_000) return undefined;
  try {
    const labels = listOf(parse(asYaml(names), { maxAliasCount: 0 }));
    return labels && labels.length > 0 ? labels : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Class names from a file: one a line (`.txt`, `.names`), or the `names` of a YAML file (a list, or a mapping from ids).
 * @throws LookoutError kind `config`
 */
export async function readLabels(path: string): Promise<readonly string[]> {
  const fail = (why: string, cause?: unknown) => new LookoutError('config', `labels ${path}: ${why}`, { cause });
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw fail(`cannot be read: ${messageOf(error)}`, error);
  }
  if (!['.yaml', '.yml'].includes(extname(path).toLowerCase())) {
    const lines = content.split(/\r?\n/).map((line) => line.trim());
    const labels = lines.filter((line) => line !== '');
    if (labels.length === 0) throw fail('expected one name per line, found none');
    return labels;
  }
  let document: unknown;
  try {
    document = parse(content, { maxAliasCount: 0 });
  } catch (error) {
    throw fail(`is no YAML: ${messageOf(error)}`, error);
  }
  const names = typeof document === 'object' && document !== null && 'names' in document ? document.names : document;
  const labels = listOf(names);
  if (!labels || labels.length === 0) throw fail('expected `names:` with a list, or a mapping from 0, 1, 2, ...');
  return labels;
}

/** Names for C classes where nobody gave any: COCO's for 80, else `class0`, `class1`, ... */
export function defaultLabels(classes: number): readonly string[] {
  if (classes === COCO_LABELS.length) return COCO_LABELS;
  return Array.from({ length: classes }, (_, id) => `class${id}`);
}
