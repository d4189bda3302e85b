import { dirname, join, resolve } from 'node:path';
import { inlineYaml } from '#config/inline-yaml.js';
import { loadPipeline } from '#config/pipeline.js';
import { LookoutError } from '#core/errors.js';
import { writeAtomically } from '#records/files.js';
import { loadRecipe, withOverrides } from '#training/recipe/load-recipe.js';
import { type Trial, tuneSchema, withTrial } from '#training/tune/space.js';
import { type TrialOutcome, tune } from '#training/tune/tune.js';
import { INTERRUPTED } from './interrupt.js';
import type { TrainView } from './train-view.js';

/** What the command line says, read. */
export interface TuneRequest {
  readonly data: readonly string[];
  readonly out?: string;
  readonly resume?: true;
  readonly signal: AbortSignal;
  readonly view: TrainView;
}

/** Searches, shows each trial, ranks them and writes the best recipe. */
export async function runTuning(file: string, { data, out, resume, signal, view }: TuneRequest): Promise<void> {
  const { data: plan } = loadPipeline(file, { tune: tuneSchema });
  const recipe = withOverrides(loadRecipe(resolve(dirname(file), plan.recipe)), { data });
  const folder = out ?? join('runs', `tune-${recipe.name}`);
  const outcomes = await tune({
    plan,
    recipe,
    folder,
    resume: resume === true,
    signal,
    tell: (event) => {
      if (event.kind === 'step' || event.kind === 'rolled-back') view.show(event);
    },
    begins: ({ trial, round, epochs }, values) => {
      view.record('begins', { trial, round: round + 1, epochs, values });
      const length = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
      view.print(`round ${round + 1}, trial ${trial}, ${length}: ${changesOf(values)}`);
    },
    ends: (outcome) => {
      const { score, AP50, fault } = outcome;
      view.record('ends', { ...outcome, round: outcome.round + 1 });
      view.print(fault === undefined ? `  AP ${score.toFixed(4)}, AP50 ${AP50.toFixed(4)}` : `  failed: ${fault}`);
    },
  });
  for (const line of lastOfEach(outcomes).map(lineOf)) view.print(line);
  if (signal.aborted) {
    view.print('interrupted; go on with --resume');
    process.exitCode = INTERRUPTED;
    return;
  }
  const [first] = outcomes;
  if (first === undefined || Number.isNaN(first.score)) {
    throw new LookoutError('model', `no trial could be trained, there is no best recipe; the first: ${first?.fault}`);
  }
  const path = join(folder, 'best.yaml');
  const best = { ...withTrial(recipe, first.values), epochs: recipe.epochs };
  const text = Object.entries(best).map(([key, value]) => `${key}: ${inlineYaml(value)}\n`);
  await writeAtomically(path, (handle) => handle.writeFile(text.join('')));
  view.record('best', { recipe: path, trial: first.trial, values: first.values });
  view.print(`best recipe: ${path}, that of trial ${first.trial}`);
}

/** The last round of each trial, best first: what a trial had reached before says nothing beside that. */
function lastOfEach(outcomes: readonly TrialOutcome[]): TrialOutcome[] {
  return outcomes.filter(({ trial }, index) => outcomes.findIndex((one) => one.trial === trial) === index);
}

function changesOf(values: Trial): string {
  return Object.keys(values).length === 0 ? 'the recipe as it is' : inlineYaml(values);
}

function lineOf({ trial, round, score, AP50, values }: TrialOutcome): string {
  const figures = Number.isNaN(score) ? 'failed' : `AP ${score.toFixed(4)}  AP50 ${AP50.toFixed(4)}`;
  return `round ${round + 1}  trial ${String(trial).padStart(3)}  ${figures}  ${changesOf(values)}`;
}
