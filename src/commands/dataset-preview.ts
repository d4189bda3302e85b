import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { examples } from './examples.js';
import { whole } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly html: string;
  readonly size: number;
  readonly pictures: number;
  readonly seed: number;
  readonly plain?: true;
}

/** `lookout dataset preview` */
export function registerDatasetPreview(dataset: Command): void {
  const command = dataset
    .command('preview')
    .argument('<path>', 'labelled pictures')
    .description('a page with augmented pictures and their boxes, as the network sees them')
    .option('--html <file>', 'where the page goes', 'runs/dataset-preview.html')
    .option('--size <px>', 'input size', whole(32), 320)
    .option('--pictures <number>', 'how many', whole(1), 24)
    .option('--seed <number>', 'another seed shows other pictures', whole(0), 1)
    .option('--plain', 'without augmentation')
    .action(preview);
  examples(command, [
    ['lookout dataset preview data/street', 'what training would see'],
    ['lookout dataset preview data/street --plain', 'what inference sees'],
  ]);
}

async function preview(path: string, { html, size, pictures, seed, plain }: Options): Promise<void> {
  const [{ readDataset }, { selectSplit }, { Loader }, { previewPage }, { STANDARD_AUGMENTATION, NO_AUGMENTATION }] =
    await Promise.all([
      import('#dataset/read-dataset.js'),
      import('#dataset/dataset.js'),
      import('#dataset/loader.js'),
      import('#dataset/pages/preview-page.js'),
      import('#dataset/augmentation/policy.js'),
    ]);
  const dataset = selectSplit(await readDataset(path), 'train');
  const policy = plain ? NO_AUGMENTATION : { ...STANDARD_AUGMENTATION, mosaic: { probability: 0.6, closeEpochs: 0 } };
  const batch = Math.min(pictures, dataset.samples.length);
  const loader = new Loader({ dataset, batch, sizes: [{ width: size, height: size }], seed, epochs: 1, policy });
  const { value, done } = await loader.next();
  await loader.close();
  await mkdir(dirname(html), { recursive: true });
  await writeFile(html, await previewPage(done ? [] : [value], dataset));
  new Terminal().print(`${batch} pictures: ${html}`);
}
