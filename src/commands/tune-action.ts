import { dirname, join, resolve } from 'node:path';
import { inlineYaml } from '#config/inline-yaml.js';
import { loadPipeline } from '#config/pipeline.js';
import { writeAtomically } from '#records/files.js';
import { loadRecipe, withOverrides } from '#training/recipe/load-recipe.js';
import { tuneSchema, withTrial } from '#training/tune/space.js';
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
      const changes = Object.keys(values).length === 0 ? 'the recipe as it is' : inlineYaml(values);
      view.print(`round ${round + 1}, trial ${trial}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}: ${changes}`);
    },
    ends: ({ score, AP50, fault }) => {
      view.print(fault === undefined ? `  AP ${score.toFixed(4)}, AP50 ${AP50.toFixed(4)}` : `  failed: ${fault}`);
    },
  });
  for (const line of outcomes.map(lineOf)) view.print(line);
  if (signal.aborted) {
    view.print('interrupted; go on with --resume');
    process.exitCode = INTERRUPTED;
    return;
  }
  const path = join(folder, 'best.yaml');
  const best = { ...withTrial(recipe, outcomes[0]!.values), epochs: recipe.epochs };
  const text = Object.entries(best).map(([key, value]) => `${key}: ${inlineYaml(value)}\n`);
  await writeAtomically(path, (handle) => handle.writeFile(text.join('')));
  view.print(`best recipe: ${path}`);
}

function lineOf({ trial, round, score, AP50, values }: TrialOutcome): string {
  const figures = Number.isNaN(score) ? 'failed' : `AP ${score.toFixed(4)}  AP50 ${AP50.toFixed(4)}`;
  return `round ${round + 1}  trial ${String(trial).padStart(3)}  ${figures}  ${inlineYaml(values)}`;
}
