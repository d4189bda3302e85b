import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { LookoutError, messageOf } from '#core/errors.js';
import { locate } from './location.js';
import { KNOWN_EXTENSIONS, kindOfFile, kindOfName, type MediaKind } from './media-kind.js';

/** One thing to read. */
export interface Input {
  readonly kind: MediaKind;
  /** As it is opened: a path or a URL with its credentials. */
  readonly source: string;
  /** For people and results: credentials removed. */
  readonly name: string;
  /** Why there is nothing to open: a directory without media, a glob without a match. */
  readonly fault?: LookoutError;
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Order of people: `frame2` before `frame10`; names that differ only in case or accents in a fixed order too. */
export function inNaturalOrder(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Files, directories (searched with all below them), globs and URLs as one list: patterns in the order given, what a
 * directory or glob matches in natural order, nothing twice, and no copies that `--annotate` drew. A file that does not exist stays in the list, so that it is
 * reported with the others when it is opened; so does a directory or a glob that matches nothing, with its fault.
 */
export async function expandInputs(patterns: readonly string[]): Promise<Input[]> {
  const inputs = new Map<string, Input>();
  for (const pattern of patterns) {
    for (const input of await expand(pattern).catch((error: unknown) => [nothing(pattern, error)])) {
      const key = locate(input.source).remote ? input.source : resolve(input.source);
      if (!inputs.has(key)) inputs.set(key, input);
    }
  }
  return [...inputs.values()];
}

function nothing(pattern: string, error: unknown): Input {
  if (!(error instanceof LookoutError)) throw error;
  return { kind: 'video', source: pattern, name: locate(pattern).name, fault: error };
}

async function expand(pattern: string): Promise<Input[]> {
  const { remote, name } = locate(pattern);
  if (remote) return [{ kind: kindOfUrl(pattern), source: pattern, name }];
  const facts = await stat(name).catch(() => undefined);
  if (facts?.isDirectory()) return ofDirectory(name);
  if (facts || !isDynamicPattern(name)) return [{ kind: await kindOfFile(name), source: name, name }];
  const matches = await glob(name, {
    onlyFiles: true,
    expandDirectories: false,
    absolute: isAbsolute(name),
    followSymbolicLinks: !name.includes('**'), // a link may lead back up
  });
  const wanted = name.includes('.annotated') ? matches : matches.filter((match) => !DRAWN.test(match));
  if (wanted.length > 0) return Promise.all(wanted.sort(inNaturalOrder).map(ofFile));
  throw new LookoutError(
    'source',
    `${name}: nothing matches; check the directory, and quote the pattern for the shell`,
  );
}

/** What `detect --annotate` has drawn, beside the originals perhaps. */
const DRAWN = /\.annotated(\.mp4$|\/)/;

async function ofDirectory(path: string): Promise<Input[]> {
  const found = await filesBelow(path);
  const known = found.filter((name) => kindOfName(name) !== undefined && !DRAWN.test(name)).sort(inNaturalOrder);
  if (known.length === 0) {
    throw new LookoutError('source', `${path}: the directory holds no video or picture (${KNOWN_EXTENSIONS})`);
  }
  const base = path.endsWith('/') ? path : `${path}/`;
  return Promise.all(known.map((name) => ofFile(base + name)));
}

/** Files and links to files, relative to the directory; hidden ones are left out, links to directories not followed. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error) => {
    throw new LookoutError('source', `${directory} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path);
    if (/(^|\/)\./.test(name)) continue;
    const isFile = entry.isSymbolicLink() ? await leadsToFile(path) : entry.isFile();
    if (isFile) files.push(name);
  }
  return files;
}

async function leadsToFile(link: string): Promise<boolean> {
  return stat(link).then(
    (facts) => facts.isFile(),
    () => true, // a link to nothing is reported with the others when it is opened
  );
}

async function ofFile(path: string): Promise<Input> {
  return { kind: await kindOfFile(path), source: path, name: path };
}

/** By the extension of the URL's path; whatever has none is a stream. */
function kindOfUrl(url: string): MediaKind {
  return /^https?:/i.test(url) ? (kindOfName(new URL(url).pathname) ?? 'video') : 'video';
}
