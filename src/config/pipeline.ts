import { basename } from 'node:path';
import { z } from 'zod';
import { didYouMean } from '#core/suggest.js';
import { FaultyConfig, inOrder, refuse } from './fault.js';
import { type Layer, pipelineLayer } from './layer.js';
import { type Located, valueAt } from './located.js';
import { shown } from './schema-node.js';
import { settingsShape } from './settings.js';
import { checkedBy, provenanceOf, typed, validate } from './validate.js';
import { readYaml } from './yaml-file.js';

/** `kind: detect`: what to run a detector on, with any settings that differ for it. */
export const detectPipeline = z.strictObject({
  kind: z.literal('detect'),
  description: z.string().optional(),
  /** Files, folders, globs and URLs. */
  sources: z.array(z.string().min(1)).min(1),
  ...settingsShape,
});

/** `kind: watch`: the cameras to watch, and any settings that differ for them. */
export const watchPipeline = z.strictObject({
  kind: z.literal('watch'),
  description: z.string().optional(),
  ...settingsShape,
});

/** A pipeline file that was read and found right. */
export interface Pipeline<T> {
  /** The file's name without folder and extension: `files` for `pipelines/files.yaml`. */
  readonly name: string;
  readonly file: string;
  /** What the file holds, defaults filled in. */
  readonly data: T;
  /** The settings in it, for `loadSettings({ pipeline })`; only those that the file itself gives. */
  readonly layer: Layer;
}

/** Kinds of pipeline files and what each must hold. Each schema is an object that names its kind: `kind: z.literal('detect')`. */
export type Kinds = Readonly<Record<string, z.ZodType>>;

/**
 * Reads a pipeline file of one of these kinds: `loadPipeline('pipelines/files.yaml', { detect: detectPipeline })`.
 * @throws LookoutError kind `config` naming every fault with its place.
 */
export function loadPipeline<K extends Kinds>(
  file: string,
  kinds: K,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Pipeline<z.output<K[keyof K]>> {
  const located = readYaml(file, env);
  if (!located.isReadable) refuse(located.faults);
  const checked = checkedBy(schemaOf(located, kinds));
  const result = validate(typed(located, checked.node), checked, provenanceOf(located));
  refuse(inOrder([...located.faults, ...('faults' in result ? result.faults : [])]));
  const { data } = result as { data: z.output<K[keyof K]> };
  return { name: basename(file).replace(/\.ya?ml$/, ''), file, data, layer: pipelineLayer(located, checked.schema) };
}

function schemaOf(located: Located, kinds: Kinds): z.ZodType {
  const kind = valueAt(located.value, ['kind']);
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kinds[kind]!;
  const names = Object.keys(kinds);
  const problem = `expected one of ${names.join(', ')}, got ${shown(kind)}`;
  const hint = typeof kind === 'string' ? didYouMean(kind, names) : undefined;
  throw new FaultyConfig([{ where: located.whereValue(['kind']), path: 'kind', problem, hint }]);
}
