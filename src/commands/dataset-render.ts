import { type Command, InvalidArgumentError } from 'commander';
import { examples } from './examples.js';
import { interruption } from './interrupt.js';
import { whole } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly out: string;
  readonly kind: 'street' | 'faces';
  readonly pictures: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly seed: number;
  readonly seconds?: number;
  readonly fps: number;
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
    .description('render labelled pictures of streets or faces, or a clip of a street, with exact boxes and tracks')
    .requiredOption('--out <folder>', 'where pictures and a COCO file go, or street.mp4, .jsonl and .mot.txt')
    .option('--kind <kind>', 'street or faces', kindOf, 'street')
    .option('--pictures <number>', 'how many', whole(0), 200)
    .option('--size <size>', 'WIDTHxHEIGHT', sizeOf, { width: 640, height: 480 })
    .option('--seed <number>', 'another seed renders other pictures', whole(0), 1)
    .option('--seconds <number>', 'render a clip of a street in place of pictures', whole(1))
    .option('--fps <number>', 'frames per second of the clip', whole(1), 25)
    .option('--quiet', 'print nothing but errors')
    .action(render);
  examples(command, [
    ['lookout dataset render --out data/scenes --pictures 2000', 'streets with people, bicycles and vehicles'],
    [
      'lookout dataset render --out data/clip --seconds 20 --size 1280x720',
      'a clip with boxes and tracks of each frame',
    ],
    ['lookout dataset render --out data/faces --kind faces --size 320x320', 'faces with five points'],
  ]);
}

async function render(options: Options, command: Command): Promise<void> {
  if (options.seconds !== undefined) return renderStreet(options, { seconds: options.seconds, command });
  const { renderSet } = await import('#dataset/scenes/render-set.js');
  const terminal = new Terminal({ quiet: options.quiet });
  const progress = terminal.progress({ label: 'pictures', total: options.pictures });
  const { samples } = await renderSet({ ...options, onProgress: (done) => progress.update(done) });
  progress.end();
  const objects = samples.reduce((sum, { annotations }) => sum + annotations.length, 0);
  terminal.print(`${samples.length} pictures, ${objects} objects: ${options.out}`);
}

async function renderStreet(
  { out, kind, seed, size, fps, quiet }: Options,
  { seconds, command }: { seconds: number; command: Command },
): Promise<void> {
  if (kind !== 'street') command.error('--seconds: clips are of streets; leave --kind out');
  if (command.getOptionValueSource('pictures') === 'cli')
    command.error('--seconds and --pictures: give one of the two');
  if (size.width % 2 || size.height % 2) command.error('--size: a clip needs an even width and height (H.264)');
  const { renderClip } = await import('./render-clip.js');
  const terminal = new Terminal({ quiet });
  const { video } = await renderClip({
    ...{ scene: { seed, size }, clip: { fps, seconds }, folder: out, name: 'street' },
    ...{ terminal, signal: interruption() },
  });
  terminal.print(`${fps * seconds} frames: ${video}`);
}
