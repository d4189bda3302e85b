import { dirname, resolve } from 'node:path';
import { loadPipeline } from '#config/pipeline.js';
import { LookoutError } from '#core/errors.js';
import { type Recipe, recipeSchema } from './recipe.js';

/** What the command line says beside the recipe; absent keys leave it as it is. */
export interface RecipeOverrides {
  readonly data?: readonly string[];
  readonly epochs?: number;
  readonly minutes?: number;
  readonly seed?: number;
  readonly name?: string;
  readonly from?: string;
  readonly freeze?: readonly string[];
  readonly cacheFeatures?: boolean;
  readonly threads?: number;
  readonly device?: string;
}

/**
 * Reads a recipe; its paths are made absolute.
 * @throws LookoutError kind `config` naming every fault as `file:line:column`
 */
export function loadRecipe(file: string): Recipe {
  const { data } = loadPipeline(file, { train: recipeSchema });
  const absolute = (path: string): string => resolve(dirname(file), path);
  const { transfer } = data;
  return {
    ...data,
    data: { ...data.data, folders: data.data.folders.map(absolute) },
    transfer: { ...transfer, from: transfer.from === null ? null : absolute(transfer.from) },
  };
}

/**
 * The recipe with what the command line changes.
 * @throws LookoutError kind `config` for values that the recipe could not hold either
 */
export function withOverrides(recipe: Recipe, overrides: RecipeOverrides): Recipe {
  const { data = [], name, epochs, minutes, seed, threads, device, from, freeze, cacheFeatures } = overrides;
  const given = Object.fromEntries(
    Object.entries({ name, epochs, minutes, seed, threads, device }).filter(([, value]) => value !== undefined),
  );
  const result = recipeSchema.safeParse({
    ...recipe,
    ...given,
    data: { ...recipe.data, folders: [...recipe.data.folders, ...data.map((path) => resolve(path))] },
    transfer: {
      from: from === undefined ? recipe.transfer.from : resolve(from),
      freeze: freeze ?? recipe.transfer.freeze,
      cacheFeatures: cacheFeatures ?? recipe.transfer.cacheFeatures,
    },
  });
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${optionOf(path.at(-1))}: ${message}`);
  throw new LookoutError('config', lines.join('\n'), { cause: result.error });
}

/** `cacheFeatures` as it is said on the command line: `--cache-features`. */
function optionOf(key: PropertyKey = ''): string {
  return `--${String(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
