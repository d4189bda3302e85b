import { inlineYaml } from './inline-yaml.js';
import { type Key, keys } from './keys.js';
import type { LoadedSettings } from './load.js';

/** The settings in force as YAML, each with its origin as a comment, or as JSON. Credentials are `***`. */
export function show(loaded: LoadedSettings, { json }: { readonly json: boolean }): string {
  if (json) {
    const entries = keys.map(({ name }) => [name, { value: loaded.shown(name), origin: loaded.origin(name) }]);
    return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  }
  const rows = keys.flatMap((key, i) => [...sectionsOpened(key, keys[i - 1]), row(key, loaded)]);
  const width = Math.max(...rows.map(({ text }) => text.length));
  return rows
    .map(({ text, origin }) => (origin === undefined ? text : `${text.padEnd(width)}  # ${origin}`))
    .join('\n')
    .concat('\n');
}

interface Row {
  readonly text: string;
  readonly origin?: string;
}

function row({ name, path }: Key, loaded: LoadedSettings): Row {
  const value = inlineYaml(loaded.shown(name));
  const { kind, where } = loaded.origin(name);
  return {
    text: `${'  '.repeat(path.length - 1)}${path.at(-1)}: ${value}`,
    origin: kind === 'default' ? 'default' : where,
  };
}

/** The headings of the sections that this key begins. */
function sectionsOpened({ path }: Key, before: Key | undefined): Row[] {
  return path.slice(0, -1).flatMap((section, depth) => {
    const same = path.slice(0, depth + 1).every((part, i) => before?.path[i] === part && before.path.length - 1 > i);
    return same ? [] : [{ text: `${'  '.repeat(depth)}${section}:` }];
  });
}
