import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Engine } from '#core/engine.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { ModelFile } from '#runtime/model-file.js';
import { namedModel } from './bundled-models.js';
import { examples } from './examples.js';
import { type ReadingOptions, readingOf } from './models-options.js';
import { deviceText, networkText } from './models-text.js';
import { inputSize } from './numbers.js';
import { Terminal } from './terminal.js';

interface Options extends ReadingOptions {
  readonly models: string;
  readonly device: string;
  readonly svg?: string;
  readonly json?: true;
}

/** The engine, or why the file is no detector that can be run. */
async function tryEngine(model: string, options: Options): Promise<Engine | LookoutError> {
  const { openEngine } = await import('#runtime/engine.js');
  try {
    const reading = await readingOf(options);
    return await openEngine({ model, modelsDir: options.models, device: options.device, goal: 'latency', ...reading });
  } catch (error) {
    // What the user asked for and cannot be had ends the command; a file that is no detector is inspected all the same.
    if (error instanceof LookoutError && error.kind === 'model' && options.preset === undefined) return error;
    throw error;
  }
}

/** Milliseconds for one picture, once everything is warm. */
async function timeOf(engine: Engine): Promise<number> {
  const { width, height } = engine.card.input.size;
  let picture = new Uint8Array(3 * width * height);
  const times: number[] = [];
  for (let run = 0; run < 6; run++) {
    const { pictures, inferenceMs } = await engine.infer([picture]);
    picture = pictures[0]! as Uint8Array<ArrayBuffer>;
    times.push(inferenceMs);
  }
  return Math.min(...times);
}

async function fileOf(model: string, folder: string): Promise<ModelFile> {
  const [{ findModel, readCard }, { readModelFile }] = await Promise.all([
    import('#runtime/card-file.js'),
    import('#runtime/model-file.js'),
  ]);
  const found = await findModel(model, folder);
  return readModelFile(found.is === 'card' ? (await readCard(found.path)).modelPath : found.path);
}

/** Sizes for free dimensions: those of the card's input. */
function sizesOf(engine: Engine | LookoutError): Record<string, readonly number[]> {
  if (engine instanceof LookoutError) return {};
  const { name, layout, size } = engine.card.input;
  const { height, width } = size;
  return { [name]: layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3] };
}

async function inspect(named: string, options: Options): Promise<void> {
  const model = namedModel(named, options.models);
  const [{ table }, { svg }] = await Promise.all([import('#onnx/inspect/table.js'), import('#onnx/inspect/svg.js')]);
  const terminal = new Terminal({ json: options.json });
  const file = await fileOf(model, options.models);
  const engine = await tryEngine(model, options);
  try {
    const sizes = sizesOf(engine);
    const network = table(file.model, { sizes });
    terminal.event('network', { ...network });
    terminal.print(networkText(network));
    if (options.svg !== undefined) {
      await writeFile(options.svg, svg(file.model, { sizes }));
      terminal.print(`drawn to ${options.svg}`);
    }
    if (engine instanceof LookoutError) {
      terminal.event('no_card', { reason: messageOf(engine) });
      terminal.print(`no card: ${messageOf(engine)}`);
      return;
    }
    const { formatCard } = await import('#runtime/card-file.js');
    const ms = await timeOf(engine);
    terminal.event('card', { card: engine.card });
    terminal.event('device', { ...engine.device, threads: engine.threadsPerWorker, picture_ms: ms });
    terminal.print(`card:\n${formatCard(engine.card).trimEnd()}`);
    terminal.print(deviceText(engine.device));
    const threads = engine.threadsPerWorker === 1 ? '1 thread' : `${engine.threadsPerWorker} threads`;
    terminal.print(`${ms.toFixed(1)} ms for a picture with ${threads}`);
  } finally {
    if (!(engine instanceof LookoutError)) await engine.close();
  }
}

/** `lookout models inspect` */
export function registerModelsInspect(models: Command): void {
  const command = models
    .command('inspect')
    .argument('<model>', 'an ONNX file, a card, or the name of a model')
    .description('every layer of a network, its card, and what really runs it')
    .option('--preset <preset>', 'layout of the outputs; told from the file where that is possible')
    .option('--labels <file>', 'class names: one a line, or `names` of a YAML file')
    .option('--anchors <list>', 'anchors in px per head, smallest stride first: "10,13 16,30 | 30,61 62,45"')
    .option('--imgsz <px>', 'input size where the graph leaves it free: one number or WIDTHxHEIGHT', inputSize)
    .option('--models <dir>', 'folder of models', 'models')
    .option('--device <device>', 'auto, cpu, webgpu, cuda, ...', 'auto')
    .option('--svg <file>', 'draw the network into this file')
    .option('--json', 'one JSON object per line')
    .action(inspect);
  examples(command, [
    ['lookout models inspect yolov8n.onnx', 'layers, card, device'],
    ['lookout models inspect net.onnx --svg net.svg', 'draw any network'],
  ]);
}
