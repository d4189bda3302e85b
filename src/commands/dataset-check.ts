import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { DatasetStatistics } from '#dataset/statistics.js';
import { examples } from './examples.js';
import { EXIT } from './run.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly html: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** `lookout dataset check` */
export function registerDatasetCheck(dataset: Command): void {
  const command = dataset
    .command('check')
    .argument('<path>', 'a folder of COCO, YOLO or Pascal VOC, a COCO .json, a data.yaml, or a landmark table .csv')
    .description('every fault with file and line, class and size statistics, and a page to look at')
    .option('--html <file>', 'where the page goes', 'runs/dataset-check.html')
    .option('--json', 'one JSON object per line')
    .option('--quiet', 'print nothing but errors')
    .action(check);
  examples(command, [
    ['lookout dataset check data/street', 'faults on the terminal, pictures in runs/dataset-check.html'],
    ['lookout dataset check data/street/data.yaml --json', 'for scripts; exit code 1 when something is wrong'],
  ]);
}

async function check(path: string, options: Options): Promise<void> {
  const [{ readDataset }, { checkDataset }, { countFaults, formatFault }, { statisticsOf }, { checkPage }] =
    await Promise.all([
      import('#dataset/read-dataset.js'),
      import('#dataset/check.js'),
      import('#dataset/fault.js'),
      import('#dataset/statistics.js'),
      import('#dataset/pages/check-page.js'),
    ]);
  const terminal = new Terminal({ json: options.json, quiet: options.quiet });
  const dataset = await readDataset(path);
  const progress = terminal.progress({ label: 'pictures', total: dataset.samples.length });
  const faults = await checkDataset(dataset, { onProgress: (done) => progress.update(done) });
  progress.end();
  for (const fault of faults) {
    terminal.event('fault', { ...fault });
    terminal.print(formatFault(fault));
  }
  const statistics = statisticsOf(dataset);
  terminal.event('statistics', { format: dataset.format, ...statistics });
  terminal.print(statisticsText(statistics));
  const counts = [...countFaults(faults)].map(([kind, count]) => `${count} ${kind}`);
  terminal.print(counts.length === 0 ? 'no faults' : `faults: ${counts.join(', ')}`);
  await mkdir(dirname(options.html), { recursive: true });
  await writeFile(options.html, await checkPage(dataset, faults));
  terminal.event('page', { file: options.html });
  terminal.print(`pictures and statistics: ${options.html}`);
  if (faults.some(({ kind }) => kind !== 'no-labels')) process.exitCode = EXIT.failed;
}

function statisticsText({ pictures, objects, empty, splits, classes }: DatasetStatistics): string {
  const parts = Object.entries(splits).map(([split, count]) => `${split} ${count}`);
  const width = Math.max(5, ...classes.map(({ label }) => label.length));
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, n) => (n === 0 ? String(cell).padEnd(width) : String(cell).padStart(9))).join('');
  return [
    `${pictures} pictures (${parts.join(', ')}), ${objects} objects, ${empty} pictures without objects`,
    row(['class', 'objects', 'pictures', 'small', 'medium', 'large']),
    ...classes.map((one) => row([one.label, one.objects, one.pictures, one.small, one.medium, one.large])),
  ].join('\n');
}
