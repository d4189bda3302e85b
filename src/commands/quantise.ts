import type { Command } from 'commander';
import { examples } from './examples.js';
import { interruption } from './interrupt.js';
import { whole } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly data: string;
  readonly out?: string;
  readonly models: string;
  readonly pictures: number;
  readonly reducedWeights?: true;
  readonly rename: Readonly<Record<string, string>>;
  readonly json?: true;
  readonly quiet?: true;
}

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(text.split(',').map((pair) => pair.split('=').map((part) => part.trim())));

/** `lookout quantise MODEL --data DIR`: the 8-bit form of a model, with what it costs and gains. */
export function registerQuantise(program: Command): void {
  const command = program
    .command('quantise')
    .description('make the 8-bit form of a model, calibrated on pictures; measures the loss in AP and the gain in time')
    .argument('<model>', 'name of a folder in models, or a folder with a card')
    .requiredOption(
      '--data <folder>',
      'labelled pictures: calibrated on its training part, judged on its validation part',
    )
    .option('--out <folder>', 'where the model goes (default: models/<model>-int8)')
    .option('--models <folder>', 'folder of the models that have names', 'models')
    .option('--pictures <number>', 'pictures to calibrate on', whole(1), 128)
    .option('--reduced-weights', '7-bit weights, for processors without VNNI')
    .option('--rename <pairs>', 'model-label=data-label,... where they differ', pairs, {})
    .option('--json', 'print one JSON object instead of a table')
    .option('--quiet', 'print nothing but errors')
    .action(quantise);
  examples(command, [['lookout quantise street --data data/street', 'writes models/street-int8']]);
}

async function quantise(model: string, options: Options): Promise<void> {
  const { runQuantisation } = await import('./quantise-action.js');
  const { json = false, quiet = false } = options;
  await runQuantisation(model, { ...options, signal: interruption(), terminal: new Terminal({ json, quiet }) });
}
