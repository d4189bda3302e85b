import { z } from 'zod';
import { didYouMean } from '#core/suggest.js';
import type { Fault } from './fault.js';
import { fromText } from './from-text.js';
import { type Key, keyOf, keys } from './keys.js';
import { type Located, valueAt } from './located.js';
import { settingsShape, someSettings } from './settings.js';
import { checkedBy, type Provenance, provenanceOf, typed, validate } from './validate.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a setting's value comes from. */
export interface Origin {
  readonly kind: 'default' | 'file' | 'pipeline' | 'environment' | 'argument';
  /** `config/lookout.yaml:12:10`, `LOOKOUT_MODEL`, `--model`; empty for defaults. */
  readonly where: string;
}

/** Settings that one place gives: some of them, as plain data. */
export interface Layer {
  readonly kind: Exclude<Origin['kind'], 'default'>;
  readonly tree: Readonly<Record<string, unknown>>;
  readonly from: Provenance;
}

/** An argument of the command line that sets a setting. */
export interface Argument {
  /** `suppression.score` */
  readonly name: string;
  /** As typed; `true` for an argument without a value. */
  readonly value: string | boolean;
  /** As typed: `--conf`. */
  readonly flag: string;
}

const some = checkedBy(someSettings);

/** The settings in a file that was read. */
export function fileLayer(located: Located): Layer {
  return { kind: 'file', tree: typed(located, some.node) as Record<string, unknown>, from: provenanceOf(located) };
}

/** The settings in a pipeline file: of the keys that its schema takes over from the settings, those that the file gives. */
export function pipelineLayer(located: Located, schema: z.ZodType): Layer {
  const layer = fileLayer(located);
  const shape: Readonly<Record<string, unknown>> = schema instanceof z.ZodObject ? schema.shape : {};
  const same = new Set(Object.entries(settingsShape).flatMap(([name, own]) => (shape[name] === own ? [name] : [])));
  const own = Object.entries(layer.tree).filter(([name]) => same.has(name));
  return { ...layer, kind: 'pipeline', tree: Object.fromEntries(own) };
}

/** Variables that start like ours and set nothing: the file, the tests' data, and what Kubernetes adds for a service `lookout`. */
const OTHER_VARIABLES = /^LOOKOUT_(CONFIG|SHARED|TEST_\w+|SERVICE_\w+|PORT|PORT_\d\w*)$/;

/** The settings in `LOOKOUT_*` variables; an empty variable sets nothing. Unknown ones are faults. */
export function environmentLayer(env: Environment): { layer: Layer; faults: Fault[] } {
  const variables = new Map(keys.map((key) => [key.variable, key]));
  const given: [Key, string, string][] = [];
  const faults: Fault[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('LOOKOUT_') || !value || OTHER_VARIABLES.test(variable)) continue;
    const key = variables.get(variable);
    if (key !== undefined) given.push([key, value, variable]);
    else
      faults.push({ where: variable, problem: 'unknown variable', hint: didYouMean(variable, [...variables.keys()]) });
  }
  return { layer: namedLayer('environment', given), faults };
}

/** The settings in arguments. */
export function argumentLayer(args: readonly Argument[]): Layer {
  return namedLayer(
    'argument',
    args.map(({ name, value, flag }) => [keyOf(name), String(value), flag]),
  );
}

/** Settings that are given as text under a name each. */
function namedLayer(kind: 'environment' | 'argument', given: readonly (readonly [Key, string, string])[]): Layer {
  const tree: Record<string, unknown> = {};
  for (const [{ path, node }, text] of given) put(tree, path, fromText(text, node));
  const where = (path: readonly PropertyKey[]): string =>
    given.find(([key]) => key.path.every((part, i) => path[i] === part))?.[2] ?? kind;
  const nothing = (): undefined => undefined;
  return { kind, tree, from: { whereKey: where, whereValue: where, instead: nothing, safe: nothing } };
}

/** Every fault of a layer by itself: unknown keys and bad values, but not what several settings say together. */
export function faultsIn({ tree, from }: Layer): Fault[] {
  const result = validate(tree, some, from);
  return 'faults' in result ? result.faults : [];
}

/** What layers give together, later ones first in line. Sections are merged; lists and maps are replaced as a whole. */
export function merge(layers: readonly Layer[]): {
  tree: Record<string, unknown>;
  sources: ReadonlyMap<string, Layer>;
} {
  const tree: Record<string, unknown> = {};
  const sources = new Map<string, Layer>();
  for (const layer of layers) {
    for (const { name, path } of keys) {
      const value = valueAt(layer.tree, path);
      if (value === undefined) continue;
      put(tree, path, value);
      sources.set(name, layer);
    }
  }
  return { tree, sources };
}

function put(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) tree[head] = value;
  else {
    tree[head] ??= {};
    put(tree[head] as Record<string, unknown>, rest, value);
  }
}
