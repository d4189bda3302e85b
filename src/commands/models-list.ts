import type { Command } from 'commander';
import { modelFolders } from './bundled-models.js';
import { examples } from './examples.js';
import { columnsOf } from './models-text.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly models: string;
  readonly json?: true;
}

async function list({ models, json }: Options): Promise<void> {
  const { listModels } = await import('#runtime/list-models.js');
  const terminal = new Terminal({ json });
  const found = (await Promise.all(modelFolders(models).map(listModels))).flat();
  const entries = found.filter(({ name }, at) => found.findIndex((other) => other.name === name) === at);
  for (const { name, card, fault } of entries) {
    terminal.event('model', { name, fault, input: card?.input.size, layout: card?.decoder.kind, labels: card?.labels });
  }
  const good = entries.flatMap(({ card }) => card ?? []);
  const rows = good.map(({ name, input, decoder, labels, licence }) => {
    const shown = labels.length > 4 ? `${labels.slice(0, 3).join(', ')}, ... (${labels.length})` : labels.join(', ');
    return [name, `${input.size.width}x${input.size.height}`, decoder.kind, shown, licence ?? ''];
  });
  if (rows.length > 0) terminal.print(columnsOf([['NAME', 'INPUT', 'LAYOUT', 'LABELS', 'LICENCE'], ...rows]));
  if (entries.length === 0) terminal.print(`no models in ${models}; \`lookout models add\` brings one in`);
  for (const { name, fault } of entries) if (fault !== undefined) terminal.print(`${name}: ${fault}`);
  if (entries.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
}

/** `lookout models list` */
export function registerModelsList(models: Command): void {
  const command = models
    .command('list')
    .description('the models there are, each compared with its ONNX file')
    .option('--models <dir>', 'folder of models', 'models')
    .option('--json', 'one JSON object per line')
    .action(list);
  examples(command, [['lookout models list', 'name, input size, layout, labels and licence of each']]);
}
