import { z } from 'zod';
import { documented } from '#config/documented.js';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';

const range = z
  .strictObject({ low: z.number(), high: z.number(), scale: z.enum(['linear', 'log']).default('linear') })
  .refine(({ low, high, scale }) => low < high && (scale === 'linear' || low > 0), {
    message: 'low below high, and above 0 on a log scale',
  });
const choice = z.array(z.union([z.number(), z.string(), z.boolean()])).min(1);

/** What `pipelines/tune-*.yaml` may hold. */
export const tuneSchema = z.strictObject({
  kind: z.literal('tune'),
  description: z.string().optional(),
  recipe: documented(z.string().min(1), { title: 'The training recipe that is varied, counted from this file' }),
  trials: documented(z.int().min(1).max(10_000).default(18), { title: 'Variations at the start', unit: 'trials' }),
  seed: documented(z.int().min(0).default(1), { title: 'Start of all random numbers' }),
  firstEpochs: documented(z.int().min(1).default(5), { title: 'Epochs of the first round', unit: 'epochs' }),
  rounds: documented(z.int().min(1).max(8).default(3), { title: 'Rounds; each keeps the best part' }),
  keep: documented(z.int().min(2).max(10).default(3), {
    title: 'One of so many stays for the next round, with so many times the epochs',
  }),
  space: documented(z.record(z.string().min(1), z.union([range, choice])), {
    title: 'What is varied: { optimiser.rate: { low: 0.0005, high: 0.01, scale: log }, loss.box: [ciou, giou] }',
  }),
});

export type TunePlan = z.output<typeof tuneSchema>;

/** Values by the path of the recipe's key: `{ 'optimiser.rate': 0.002 }`. */
export type Trial = Readonly<Record<string, number | string | boolean>>;

/** The values of a trial: the first is the recipe as it stands, the others are drawn, each from a stream of its own. */
export function drawTrial({ space, seed }: Pick<TunePlan, 'space' | 'seed'>, trial: number): Trial {
  if (trial === 0) return {};
  const random = new Random(seed, trial);
  return Object.fromEntries(
    Object.entries(space).map(([path, values]) => {
      if (Array.isArray(values)) return [path, random.pick(values)];
      const { low, high, scale } = values;
      const value =
        scale === 'log' ? Math.exp(random.between(Math.log(low), Math.log(high))) : random.between(low, high);
      return [path, Number(value.toPrecision(4))];
    }),
  );
}

/**
 * A recipe with values replaced by path.
 * @throws LookoutError kind `config` for a path that the recipe does not have
 */
export function withTrial(recipe: Readonly<Record<string, unknown>>, trial: Trial): Record<string, unknown> {
  const copy = structuredClone(recipe) as Record<string, unknown>;
  for (const [path, value] of Object.entries(trial)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let place: unknown = copy;
    for (const key of keys) place = isRecord(place) ? place[key] : undefined;
    if (!isRecord(place) || !Object.hasOwn(place, last)) {
      throw new LookoutError('config', `space: ${path}: the recipe has no such key`);
    }
    place[last] = value;
  }
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
