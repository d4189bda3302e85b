import { type Command, InvalidArgumentError } from 'commander';
import { examples } from './examples.js';
import { whole } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly out: string;
  readonly kind: 'street' | 'faces';
  readonly pictures: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly seed: number;
  readonly quiet?: true;
}

function kindOf(text: string): Options['kind'] {
  if (text !== 'street' && text !== 'faces') throw new InvalidArgumentError('expected street or faces');
  return text;
}

function sizeOf(text: string): Options['size'] {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (!(size.width >= 64 && size.height >= 64 && size.width <= 2560 && size.height <= 1440)) {
    throw new InvalidArgumentError('expected WIDTHxHEIGHT between 64x64 and 2560x1440');
  }
  return size;
}

/** `lookout dataset render` */
export function registerDatasetRender(dataset: Command): void {
  const command = dataset
    .command('render')
    .description('render labelled pictures of streets or faces, with exact boxes')
    .requiredOption('--out <folder>', 'where pictures and a COCO file go')
    .option('--kind <kind>', 'street or faces', kindOf, 'street')
    .option('--pictures <number>', 'how many', whole(0), 200)
    .option('--size <size>', 'WIDTHxHEIGHT', sizeOf, { width: 640, height: 480 })
    .option('--seed <number>', 'another seed renders other pictures', whole(0), 1)
    .option('--quiet', 'print nothing but errors')
    .action(render);
  examples(command, [
    ['lookout dataset render --out data/scenes --pictures 2000', 'streets with people, bicycles and vehicles'],
    ['lookout dataset render --out data/faces --kind faces --size 320x320', 'faces with five points'],
  ]);
}

async function render(options: Options): Promise<void> {
  const { renderSet } = await import('#dataset/scenes/render-set.js');
  const terminal = new Terminal({ quiet: options.quiet });
  const progress = terminal.progress({ label: 'pictures', total: options.pictures });
  const { samples } = await renderSet({ ...options, onProgress: (done) => progress.update(done) });
  progress.end();
  const objects = samples.reduce((sum, { annotations }) => sum + annotations.length, 0);
  terminal.print(`${samples.length} pictures, ${objects} objects: ${options.out}`);
}
