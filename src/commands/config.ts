import { type Dirent, readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { examples } from './examples.js';
import { argumentsOf, settingOptions } from './settings.js';

/** `lookout config`: checks, shows and describes the configuration. */
export function registerConfig(program: Command): void {
  const config = program.command('config').description('check, show and describe the configuration');
  registerCheck(config);
  registerShow(config);
  registerSchema(config);
  examples(config, [
    ['lookout config check', 'every mistake in settings, environment and pipelines, with its place'],
    ['lookout config show', 'the settings in force, and where each comes from'],
  ]);
}

function registerCheck(config: Command): void {
  const check = config
    .command('check')
    .description('name every mistake in settings and pipeline files, with file, line and column')
    .argument('[files...]', 'files to check (default: the settings file in force and pipelines/*.yaml)')
    .action(async (named: string[]) => {
      const [{ checkFiles }, { defaultFile }, { kinds }] = await Promise.all([
        import('#config/check.js'),
        import('#config/load.js'),
        import('./pipeline-kinds.js'),
      ]);
      const files =
        named.length > 0 ? named : [...[defaultFile()].filter((file) => file !== undefined), ...pipelineFiles()];
      checkFiles(files, kinds);
      process.stdout.write(`${files.length === 0 ? 'no files; the environment' : files.join(', ')}: no mistakes\n`);
    });
  examples(check, [
    ['lookout config check', 'everything that lookout would load here'],
    ['lookout config check my.yaml', 'this file; one with a `kind` is a pipeline'],
  ]);
}

function pipelineFiles(): string[] {
  let entries: Dirent[] = [];
  try {
    entries = readdirSync('pipelines', { withFileTypes: true });
  } catch {
    // No such folder: nothing to check.
  }
  const names = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => `pipelines/${name}`);
  return names.sort();
}

function registerShow(config: Command): void {
  const command = config.command('show').description('print the settings in force, and where each comes from');
  settingOptions(command, [
    'model',
    'models',
    'inputSize',
    'device',
    'workers',
    'threads',
    'suppression',
    'sampling',
    'output',
  ]);
  command.action(async (options: { config?: string; json?: boolean }) => {
    const [{ loadSettings }, { show }] = await Promise.all([import('#config/load.js'), import('#config/show.js')]);
    const loaded = loadSettings({ file: options.config, args: argumentsOf(command) });
    process.stdout.write(show(loaded, { json: options.json ?? false }));
  });
  examples(command, [
    ['lookout config show', 'with the file and the environment of this place'],
    ['lookout config show --conf 0.4', 'with an argument too'],
    ['lookout config show --json', 'for programs: {"suppression.score": {"value": 0.4, "origin": ...}}'],
  ]);
}

function registerSchema(config: Command): void {
  const schema = config
    .command('schema')
    .description('print the JSON Schema of the settings file, for completion in editors')
    .action(async () => {
      const { jsonSchemaText } = await import('#config/manual.js');
      process.stdout.write(jsonSchemaText());
    });
  examples(schema, [
    ['lookout config schema > lookout.schema.json', 'then: # yaml-language-server: $schema=./lookout.schema.json'],
  ]);
}
