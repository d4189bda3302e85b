import { existsSync } from 'node:fs';
import { redact } from '#core/redact.js';
import { inOrder, refuse } from './fault.js';
import { keyOf, keys } from './keys.js';
import {
  type Argument,
  argumentLayer,
  environmentLayer,
  faultsIn,
  fileLayer,
  type Layer,
  merge,
  type Origin,
} from './layer.js';
import { valueAt } from './located.js';
import { type Settings, settingsSchema } from './settings.js';
import { checkedBy, type Provenance, validate } from './validate.js';
import { readYaml } from './yaml-file.js';

const all = checkedBy(settingsSchema);

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** The file to read. Without it `LOOKOUT_CONFIG`, else `lookout.yaml`, else `config/lookout.yaml`, where there is one. */
  readonly file?: string;
  /** Default: the process's own. */
  readonly env?: Environment;
  readonly args?: readonly Argument[];
  /** Overrides of a pipeline file, between the file and the environment (see `loadPipeline`). */
  readonly pipeline?: Layer;
}

/** The settings in force. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** The file that was read, if any. */
  readonly file: string | undefined;
  /** Where the value of `suppression.score` comes from. */
  origin(name: string): Origin;
  /**
   * Whether someone chose this value: an argument or a variable gives it, or a configuration file gives another value than the default.
   * What a model's card recommends yields to a choice, not to a default that a file spells out.
   */
  isChosen(name: string): boolean;
  /** The value for showing: credentials are `***`. */
  shown(name: string): unknown;
}

/** The file that is read when none is named, or undefined. */
export function defaultFile(env: Environment = process.env): string | undefined {
  return env.LOOKOUT_CONFIG || ['lookout.yaml', 'config/lookout.yaml'].find((name) => existsSync(name));
}

/**
 * Loads the settings: defaults, overridden by the file, the pipeline, `LOOKOUT_*` variables and arguments, in this order.
 * @throws LookoutError kind `config` naming all unknown keys and bad values of all places at once.
 */
export function loadSettings({ file, env = process.env, args = [], pipeline }: LoadOptions = {}): LoadedSettings {
  const chosen = file ?? defaultFile(env);
  const located = chosen === undefined ? undefined : readYaml(chosen, env);
  const environment = environmentLayer(env);
  const layers = [
    ...(located === undefined ? [] : [fileLayer(located)]),
    ...(pipeline === undefined ? [] : [pipeline]),
    environment.layer,
    argumentLayer(args),
  ];
  refuse(inOrder([...(located?.faults ?? []), ...environment.faults, ...layers.flatMap(faultsIn)]));
  return combine(layers, chosen);
}

/** Merges layers that are fine by themselves and checks what they say together. */
function combine(layers: readonly Layer[], file: string | undefined): LoadedSettings {
  const { tree, sources } = merge(layers);
  const sourceOf = (path: readonly PropertyKey[]): Layer | undefined =>
    sources.get(keys.find((key) => key.path.every((part, i) => path[i] === part))?.name ?? '');
  const from: Provenance = {
    safe: (path) => sourceOf(path)?.from.safe(path),
    whereKey: (path) => sourceOf(path)?.from.whereKey(path) ?? 'default',
    whereValue: (path) => sourceOf(path)?.from.whereValue(path) ?? 'default',
    instead: (path) => sourceOf(path)?.from.instead(path),
  };
  const result = validate(tree, all, from);
  if ('faults' in result) {
    refuse(result.faults);
    throw new TypeError('combine: invalid settings without a fault');
  }
  const origin = (name: string): Origin => {
    const source = sources.get(keyOf(name).name);
    return source === undefined
      ? { kind: 'default', where: '' }
      : { kind: source.kind, where: source.from.whereValue(keyOf(name).path) };
  };
  return {
    settings: result.data,
    file,
    origin,
    isChosen: (name) => {
      const { path, node } = keyOf(name);
      const { kind } = origin(name);
      if (kind !== 'file') return kind !== 'default';
      return JSON.stringify(valueAt(result.data, path)) !== JSON.stringify(node.default);
    },
    shown: (name) =>
      keyOf(name).node.secret ? '***' : showing(valueAt(result.data, keyOf(name).path), keyOf(name).path, from),
  };
}

/** A value with every credential in its texts replaced. */
function showing(value: unknown, path: readonly PropertyKey[], from: Provenance): unknown {
  if (typeof value === 'string') return redact(from.safe(path) ?? value);
  if (Array.isArray(value)) return value.map((item, i) => showing(item, [...path, i], from));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showing(item, [...path, key], from)]));
}
