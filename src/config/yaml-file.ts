import { readFileSync, statSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { messageOf } from '#core/errors.js';
import { FaultyConfig } from './fault.js';
import { interpolate } from './interpolate.js';
import { Located } from './located.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly PropertyKey[];

/** Largest file that is read, bytes: far above any real configuration, small enough to parse in an instant. */
const MAX_BYTES = 1 << 18;
/** Deepest nesting: the schemas need about five levels. */
const MAX_DEPTH = 64;
/** The parser recurses: a file of nothing but opening brackets exhausts its stack. */
const TOO_DEEP = 'nested too deeply to be read';

/**
 * Reads one YAML 1.2 file as plain data with places; `${NAME}` in values is resolved from `env`. Aliases, merge keys, own tags and
 * several documents are faults: a configuration is read by people, top to bottom. An empty file is an empty section.
 * @throws LookoutError kind `config` where nothing can be read at all; other faults are collected in `faults`.
 */
export function readYaml(file: string, env: Environment): Located {
  return parseYaml(textOf(file), { file, env });
}

function textOf(file: string): string {
  const fail = (problem: string): never => {
    throw new FaultyConfig([{ where: file, problem }]);
  };
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) return fail(`expected at most ${MAX_BYTES} bytes, got ${size}`);
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const problems: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'expected a file, got a folder',
      EACCES: 'no permission to read it',
    };
    return fail(problems[code] ?? messageOf(error));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail('expected a text in UTF-8, got other bytes');
  }
}

/** The same for text that is at hand; `file` is only its name in messages. */
export function parseYaml(text: string, { file, env }: { readonly file: string; readonly env: Environment }): Located {
  const located = new Located(file);
  const lines = new LineCounter();
  let documents: readonly Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
      merge: false,
      // The parser compares every key with every other: ours is one look-up.
      uniqueKeys: false,
    });
    documents = 'empty' in parsed ? [] : parsed;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    located.report({ line: 1, column: 1 }, TOO_DEEP);
    located.isReadable = false;
    return located;
  }
  new Reader({ located, lines, env, text }).read(documents);
  return located;
}

/** Walks YAML nodes into plain data. */
class Reader {
  readonly #located: Located;
  readonly #lines: LineCounter;
  readonly #env: Environment;
  readonly #text: string;

  constructor({
    located,
    lines,
    env,
    text,
  }: { readonly located: Located; readonly lines: LineCounter; readonly env: Environment; readonly text: string }) {
    this.#located = located;
    this.#lines = lines;
    this.#env = env;
    this.#text = text;
  }

  read([document, another]: readonly Document.Parsed[]): void {
    if (document === undefined) return;
    if (another !== undefined) this.#report(another.range?.[0], 'expected one document, got another one after ---');
    if (document.directives.yaml.explicit) this.#report(0, 'expected no %YAML directive: files are YAML 1.2');
    // After the first place that is not understood the parser complains of everything that follows.
    const telling = document.errors.length > 0 ? document.errors.slice(0, 1) : document.warnings;
    for (const { pos, message } of telling) this.#report(pos[0], plainWords(message) + this.#hint(pos[0]));
    this.#located.isReadable = document.errors.length === 0;
    if (document.contents === null || !this.#located.isReadable) return;
    if (!isMap(document.contents) && !(isScalar(document.contents) && document.contents.value === null)) {
      this.#report(document.contents.range?.[0], 'expected keys and values at the top (key: value)');
      this.#located.isReadable = false;
      return;
    }
    this.#located.value = this.#value(document.contents, []) ?? {};
  }

  #value(node: Node | null, path: Path): unknown {
    if (node === null) return null;
    this.#located.noteValue(path, this.#place(node.range?.[0]));
    if (path.length > MAX_DEPTH) return this.#report(node.range?.[0], `nested deeper than ${MAX_DEPTH} levels`);
    if (isAlias(node))
      return this.#report(
        node.range?.[0],
        `expected the value itself, got the alias *${node.source}: write it out`,
        path,
      );
    if (isMap(node)) return this.#map(node as YAMLMap<Node, Node | null>, path);
    if (isSeq(node)) return node.items.map((item, i) => this.#value(item as Node | null, [...path, i]));
    return isScalar(node) ? this.#scalar(node, path) : undefined;
  }

  #map(map: YAMLMap<Node, Node | null>, path: Path): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) && key.value !== null ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined || name === '__proto__' || name === '<<') {
        const got =
          name === undefined ? 'something else' : name === '<<' ? 'a merge key (<<): write the values out' : name;
        this.#report(key?.range?.[0] ?? map.range?.[0], `expected a name as key, got ${got}`, path);
        continue;
      }
      if (entries.has(name)) {
        this.#report(key.range?.[0], 'expected each key once, got it a second time here', [...path, name]);
        continue;
      }
      const inner = [...path, name];
      this.#located.noteKey(inner, this.#place(key.range?.[0]));
      this.#located.noteValue(inner, this.#place(key.range?.[0]));
      entries.set(name, this.#value(value, inner));
    }
    return Object.fromEntries(entries);
  }

  #scalar(node: Scalar, path: Path): unknown {
    if (typeof node.value !== 'string' || !node.value.includes('$')) return node.value;
    const { text, safe, problems } = interpolate(node.value, this.#env);
    for (const problem of problems) this.#report(node.range?.[0], problem, path);
    if (text !== node.value) this.#located.noteReference(path, { raw: node.value, safe });
    return text;
  }

  #hint(offset: number): string {
    const line = this.#text.split('\n')[this.#place(offset).line - 1] ?? '';
    return /[[{,]\s*\$\{|:\s*\$\{[^}]*\}\s*[,}\]]/.test(line) ? ' (inside [ ] and { } put references in quotes)' : '';
  }

  #place(offset = 0): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #report(offset: number | undefined, problem: string, path: Path = []): undefined {
    this.#located.report(this.#place(offset), problem, path);
  }
}

/** The parser's messages where they speak of its insides, in the words of someone who writes a file. */
function plainWords(message: string): string {
  if (message.startsWith('Maximum call stack')) return TOO_DEEP;
  if (message.startsWith('Tabs are not allowed')) return 'expected spaces for indentation, got a tab';
  if (message.startsWith('Unresolved tag')) return `expected no tag, got ${message.split(': ')[1]}`;
  if (message.startsWith('Unexpected'))
    return `not understood here: put texts with special characters in quotes (${message})`;
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
}
