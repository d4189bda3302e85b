import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';
import { outputError, writeAtomically } from '#records/files.js';
import { prepareData, type TrainingData } from '../data/prepare-data.js';
import { prepareRun } from '../prepare-run.js';
import { type Recipe, recipeSchema } from '../recipe/recipe.js';
import type { TrainingEvent } from '../run/events.js';
import { checkSamePlan, checkSpace, recipeDigest } from './check-plan.js';
import { type Assignment, nextAssignment, type Outcome, ranked } from './halving.js';
import { drawTrial, type Trial, type TunePlan, withTrial } from './space.js';

/** What one trial reached, with its values. */
export interface TrialOutcome extends Outcome {
  readonly values: Trial;
  readonly AP50: number;
  readonly epochs: number;
  /** Of the recipe that is varied. */
  readonly recipe: string;
  /** Why it failed. */
  readonly fault?: string;
}

export interface TuneOptions {
  readonly plan: TunePlan;
  readonly recipe: Recipe;
  /** Outcomes, and a folder for each run. */
  readonly folder: string;
  readonly resume: boolean;
  readonly signal?: AbortSignal;
  readonly tell: (event: TrainingEvent) => void;
  /** Told before and after each run. */
  readonly begins: (run: Assignment, values: Trial) => void;
  readonly ends: (outcome: TrialOutcome) => void;
}

const OUTCOMES = 'outcomes.json';

/**
 * Searches for better values of a recipe: seeded random trials under successive halving, judged by AP on the validation
 * pictures. Outcomes are kept after each run, and a run that was broken off goes on from its checkpoint.
 * @returns all outcomes, best first; fewer than planned when interrupted
 * @throws LookoutError kind `config` or `dataset`
 */
export async function tune(options: TuneOptions): Promise<TrialOutcome[]> {
  const { plan, recipe, folder, resume, signal } = options;
  checkSpace(plan, recipe);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw outputError(folder, error);
  });
  const outcomes = await readOutcomes(folder, resume);
  checkSamePlan({ plan, recipe, folder }, outcomes);
  const data = await prepareData(recipe);
  if (data.validation.samples.length === 0) {
    throw new LookoutError(
      'dataset',
      'nothing to judge trials by: give data with a validation part, or raise data.holdBack',
    );
  }
  for (let next = nextAssignment(plan, outcomes); next !== undefined; next = nextAssignment(plan, outcomes)) {
    const values = drawTrial(plan, next.trial);
    options.begins(next, values);
    const outcome = await attempt(options, data, { ...next, values });
    if (signal?.aborted) break;
    outcomes.push(outcome);
    await writeAtomically(join(folder, OUTCOMES), (file) => file.writeFile(`${JSON.stringify(outcomes, null, 2)}\n`));
    options.ends(outcome);
  }
  return ranked(outcomes) as TrialOutcome[];
}

async function readOutcomes(folder: string, resume: boolean): Promise<TrialOutcome[]> {
  const path = join(folder, OUTCOMES);
  if (!existsSync(path)) return [];
  if (!resume) {
    throw new LookoutError(
      'config',
      `${folder} holds a search already: go on with it by --resume, or choose another folder with --out`,
    );
  }
  const text = await readFile(path, 'utf8');
  try {
    const outcomes = JSON.parse(text) as (TrialOutcome & { score: number | null })[];
    // JSON has no NaN: a failed trial's score is null.
    return outcomes.map((one) => ({ ...one, score: one.score ?? Number.NaN }));
  } catch (cause) {
    const way = 'remove it, and the trials are made again from their checkpoints';
    throw new LookoutError('config', `${path}: expected the JSON list of outcomes; ${way}`, { cause });
  }
}

type Attempt = Assignment & { readonly values: Trial };

/** A trial whose values cannot be trained (loss not finite, and the like) has failed; other faults end the search. */
async function attempt(
  { recipe, folder, signal, tell }: TuneOptions,
  data: TrainingData,
  run: Attempt,
): Promise<TrialOutcome> {
  const { trial, round, epochs, values } = run;
  const known = { trial, round, epochs, values, recipe: recipeDigest(recipe) };
  const varied = recipeSchema.safeParse({ ...withTrial(recipe, values), epochs });
  const failed = (fault: string): TrialOutcome => ({ ...known, score: Number.NaN, AP50: Number.NaN, fault });
  if (!varied.success)
    return failed(varied.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  try {
    const place = join(folder, `trial-${trial}-round-${round}`);
    const ready = await prepareRun({
      recipe: varied.data,
      data,
      folder: place,
      resume: true,
      tell,
      ...(signal && { signal }),
    });
    const { position } = await ready.run();
    const { AP = Number.NaN, AP50 = Number.NaN } = position.best ?? {};
    return { ...known, score: AP, AP50 };
  } catch (error) {
    if (error instanceof LookoutError && error.kind === 'model') return failed(messageOf(error));
    throw error;
  }
}
