import type { Command } from 'commander';
import { examples } from './examples.js';
import { interruption } from './interrupt.js';
import { TrainView } from './train-view.js';

interface Options {
  readonly data: readonly string[];
  readonly out?: string;
  readonly resume?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const collected = (value: string, all: readonly string[]): string[] => [...all, value];

/** `lookout tune PLAN --data DIR`: better values for a training recipe. */
export function registerTune(program: Command): void {
  const command = program
    .command('tune')
    .description('search for better values of a training recipe: random trials under successive halving')
    .argument('<plan>', 'what is varied, and how long: pipelines/tune-detector.yaml shows it')
    .option('--data <folder>', 'labelled pictures; may be given again', collected, [])
    .option('--out <folder>', 'where outcomes and runs go (default: runs/tune-<recipe>)')
    .option('--resume', 'go on with a search that was broken off')
    .option('--json', 'print one JSON object per event')
    .option('--quiet', 'print nothing but errors')
    .action(tune);
  examples(command, [
    ['lookout tune pipelines/tune-detector.yaml --data data/street', 'ranks the trials and writes best.yaml'],
  ]);
}

async function tune(plan: string, options: Options): Promise<void> {
  const { runTuning } = await import('./tune-action.js');
  const { json = false, quiet = false } = options;
  const view = new TrainView({ json, quiet });
  try {
    await runTuning(plan, { ...options, signal: interruption(), view });
  } finally {
    view.end();
  }
}
