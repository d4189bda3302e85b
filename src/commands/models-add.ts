import type { Command } from 'commander';
import { examples } from './examples.js';
import { type ReadingOptions, readingOf } from './models-options.js';
import { inputSize } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options extends ReadingOptions {
  readonly name: string;
  readonly models: string;
  readonly licence?: string;
  readonly description?: string;
  readonly replace?: true;
  readonly json?: true;
}

async function add(file: string, options: Options): Promise<void> {
  const { addModel } = await import('#runtime/add-model.js');
  const { name, models, licence, description, replace, json } = options;
  const terminal = new Terminal({ json });
  const reading = await readingOf(options);
  const { card, folder } = await addModel({ file, name, modelsDir: models, licence, description, replace, ...reading });
  const { width, height } = card.input.size;
  terminal.event('added', { name, folder, card });
  terminal.print(
    `${name}: ${card.decoder.kind}, ${width}x${height}, ${card.labels.length} labels; a test picture was read`,
  );
  terminal.print(`written to ${folder}`);
}

/** `lookout models add` */
export function registerModelsAdd(models: Command): void {
  const command = models
    .command('add')
    .argument('<file>', 'an ONNX file')
    .description('copy an ONNX file into the models folder and write its card')
    .requiredOption('--name <name>', 'name of the model: what --model will take')
    .option('--preset <preset>', 'layout of the outputs; told from the file where that is possible')
    .option('--labels <file>', 'class names: one a line, or `names` of a YAML file')
    .option('--anchors <list>', 'anchors in px per head, smallest stride first: "10,13 16,30 | 30,61 62,45"')
    .option('--imgsz <px>', 'input size where the graph leaves it free: one number or WIDTHxHEIGHT', inputSize)
    .option('--models <dir>', 'folder of models', 'models')
    .option('--licence <text>', 'licence of the weights, for the card')
    .option('--description <text>', 'a line about the model, for the card')
    .option('--replace', 'take the place of a model of that name')
    .option('--json', 'one JSON object per line')
    .action(add);
  command.addHelpText(
    'after',
    '\nPresets: yolov2 yolov3 yolov4 yolov5-raw yolov5 yolov7 yolov8 yolov8-pose yolov10 yolox\n' +
      '  yolo-fastest-v2 fastestdet scrfd retinaface ultraface yolov5-face yolov8-face',
  );
  examples(command, [
    ['lookout models add yolov8n.onnx --name yolov8n', 'labels and layout from what the exporter noted'],
    ['lookout models add y4.onnx --name y4 --preset yolov4 --labels coco.names', 'raw heads: the preset says which'],
  ]);
}
