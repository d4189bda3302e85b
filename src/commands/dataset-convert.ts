import { type Command, InvalidArgumentError } from 'commander';
import type { Format } from '#dataset/convert/convert.js';
import { examples } from './examples.js';
import { EXIT } from './run.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly to: Format;
  readonly out: string;
  readonly pictures: 'copy' | 'link' | 'none';
  readonly json?: true;
  readonly quiet?: true;
}

function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    if (!choices.includes(text as T)) throw new InvalidArgumentError(`expected ${choices.join(', ')}`);
    return text as T;
  };
}

/** `lookout dataset convert` */
export function registerDatasetConvert(dataset: Command): void {
  const command = dataset
    .command('convert')
    .argument('<path>', 'labelled pictures in any format that lookout reads')
    .description('write labelled pictures in another format')
    .requiredOption('--to <format>', 'coco, yolo or voc', oneOf('coco', 'yolo', 'voc'))
    .requiredOption('--out <folder>', 'a new folder')
    .option('--pictures <how>', 'copy, link (hard links) or none', oneOf('copy', 'link', 'none'), 'copy')
    .option('--json', 'one JSON object per line')
    .option('--quiet', 'print nothing but errors')
    .action(convert);
  examples(command, [
    ['lookout dataset convert data/voc --to yolo --out data/yolo', 'Pascal VOC as YOLO'],
    [
      'lookout dataset convert data/yolo --to coco --out data/coco --pictures link',
      'without using disk for the pictures',
    ],
  ]);
}

async function convert(path: string, options: Options): Promise<void> {
  const [{ readDataset }, { convertDataset }, { formatFault }] = await Promise.all([
    import('#dataset/read-dataset.js'),
    import('#dataset/convert/convert.js'),
    import('#dataset/fault.js'),
  ]);
  const terminal = new Terminal({ json: options.json, quiet: options.quiet });
  const dataset = await readDataset(path);
  const { losses } = convertDataset(dataset, { format: options.to, out: options.out, pictures: options.pictures });
  for (const fault of dataset.faults) {
    terminal.event('fault', { ...fault });
    terminal.print(formatFault(fault));
  }
  for (const [what, count] of losses) terminal.print(`${options.to} cannot hold: ${what} (${count})`);
  const objects = dataset.samples.reduce((sum, { annotations }) => sum + annotations.length, 0);
  terminal.event('converted', { pictures: dataset.samples.length, objects, lost: Object.fromEntries(losses) });
  terminal.print(`written: ${options.out}, from ${dataset.samples.length} pictures with ${objects} objects`);
  if (dataset.faults.some(({ effect }) => effect !== 'kept')) process.exitCode = EXIT.failed;
}
