import type { Command } from 'commander';
import { examples } from './examples.js';
import { interruption } from './interrupt.js';
import { positive, whole } from './numbers.js';
import { TrainView } from './train-view.js';

interface Options {
  readonly data: readonly string[];
  readonly name?: string;
  readonly out?: string;
  readonly run?: string;
  readonly resume?: true;
  readonly epochs?: number;
  readonly minutes?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly device?: string;
  readonly from?: string;
  readonly freeze?: readonly string[];
  readonly cacheFeatures?: true;
  readonly boxes: string;
  readonly input: string;
  readonly preview?: string;
  readonly json?: true;
  readonly quiet?: true;
}

const collected = (value: string, all: readonly string[]): string[] => [...all, value];

/** `lookout train RECIPE --data DIR`: from labelled pictures to `models/NAME`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a detector on labelled pictures: a checkpointed run, then models/NAME with its card')
    .argument('<recipe>', 'a training recipe: pipelines/train-detector.yaml holds every key with its meaning')
    .option('--data <folder>', 'labelled pictures: COCO, YOLO or Pascal VOC; may be given again', collected, [])
    .option('--name <name>', 'name of the model (default: as in the recipe)')
    .option('--out <folder>', 'where model.onnx and card.json go (default: models/NAME)')
    .option('--run <folder>', 'where checkpoints and the report go (default: runs/NAME)')
    .option('--resume', 'go on from the last checkpoint of the run')
    .option('--epochs <number>', 'rounds through the pictures', whole(1))
    .option('--minutes <number>', 'time that the run may take', positive)
    .option('--seed <number>', 'start of all random numbers', whole(0))
    .option('--threads <number>', 'threads of the training step', whole(1))
    .option('--device <name>', 'cpu, cuda or webgpu')
    .option('--from <file>', 'start from a checkpoint, or from the weights of an ONNX file by name and shape')
    .option('--freeze <layers>', 'layers that stay as they are: beginnings of their names', (text) => text.split(','))
    .option('--cache-features', 'compute the activations of frozen layers once')
    .option('--boxes <form>', 'raw heads or decoded rows in the exported graph', 'raw')
    .option('--input <type>', 'float32 or uint8 input of the exported graph', 'float32')
    .option('--preview <file>', 'write a page with what the network would see, and train nothing')
    .option('--json', 'print one JSON object per event')
    .option('--quiet', 'print nothing but errors')
    .action(train);
  examples(command, [
    ['lookout train pipelines/train-detector.yaml --data data/street', 'train and write models/detector'],
    ['lookout train recipe.yaml --data data/street --preview see.html', 'a batch as the network sees it, boxes drawn'],
    ['lookout train recipe.yaml --resume', 'go on after a break, a crash or a power cut'],
    ['lookout train recipe.yaml --minutes 60', 'as good as an hour allows'],
  ]);
}

async function train(recipe: string, options: Options): Promise<void> {
  const { runTraining } = await import('./train-action.js');
  const { json = false, quiet = false } = options;
  const view = new TrainView({ json, quiet });
  try {
    await runTraining(recipe, { ...options, signal: interruption(), view });
  } finally {
    view.end();
  }
}
