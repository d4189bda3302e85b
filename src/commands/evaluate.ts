import type { Command } from 'commander';
import type { Size } from '#core/size.js';
import { examples } from './examples.js';
import { interruption } from './interrupt.js';
import { inputSize, positives, whole } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly data: string;
  readonly split?: string;
  readonly out?: string;
  readonly models: string;
  readonly device: string;
  readonly imgsz?: number | Size;
  readonly workers?: number;
  readonly threads?: number;
  readonly rename: Readonly<Record<string, string>>;
  readonly flip?: true;
  readonly scales: readonly number[];
  readonly crops: number;
  readonly weights: readonly number[];
  readonly limit?: number;
  readonly json?: true;
  readonly quiet?: true;
}

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(text.split(',').map((pair) => pair.split('=').map((part) => part.trim())));

/** `lookout evaluate MODEL --data DIR`: how well a model, or several together, find what is labelled. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure models on labelled pictures: COCO AP, curves, confusion, worst pictures')
    .argument(
      '<model...>',
      'name of a folder in models, or an .onnx file; several are judged together, merged by box fusion',
    )
    .requiredOption('--data <folder>', 'labelled pictures: COCO, YOLO or Pascal VOC')
    .option('--split <name>', 'train, val, test or all (default: val where there is one, else all)')
    .option('--out <folder>', 'where report.html and results.csv go (default: runs/evaluate-<model>)')
    .option('--models <folder>', 'folder of the models that have names', 'models')
    .option('--device <name>', 'auto, cpu, webgpu, cuda, ...', 'cpu')
    .option('--imgsz <px>', 'input size where the model leaves it free: one number or WIDTHxHEIGHT', inputSize)
    .option('--workers <number>', 'threads that each hold a copy of the model', whole(1))
    .option('--threads <number>', 'threads of the runtime inside one worker', whole(1))
    .option('--rename <pairs>', 'model-label=data-label,... where they differ', pairs, {})
    .option('--flip', 'look at the mirror image too')
    .option('--scales <list>', 'look at the picture in these sizes too, relative to the input: 0.8,0.6', positives, [])
    .option('--crops <number>', 'look at so many tiles per side too', whole(1), 1)
    .option('--weights <list>', 'how much the word of each model counts', positives, [])
    .option('--limit <number>', 'look at the first pictures only', whole(1))
    .option('--json', 'print one JSON object instead of a table')
    .option('--quiet', 'print nothing but errors')
    .action(evaluate);
  examples(command, [
    ['lookout evaluate street --data data/street', 'the bundled model on your pictures'],
    ['lookout evaluate a.onnx b.onnx --flip --data data', 'two models and their mirror images, merged'],
  ]);
}

async function evaluate(models: readonly string[], options: Options): Promise<void> {
  const { runEvaluation } = await import('./evaluate-action.js');
  const { json = false, quiet = false } = options;
  await runEvaluation(models, { ...options, signal: interruption(), terminal: new Terminal({ json, quiet }) });
}
