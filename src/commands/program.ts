import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerConfig } from './config.js';
import { registerEvaluate } from './evaluate.js';
import { examples } from './examples.js';
import { registerModels } from './models.js';

/**
 * The table of contents: the whole command line of lookout, one line per command. A command is one file here that exports
 * a function which registers it; heavy modules are imported inside its action, so that `--help` stays fast.
 */
export function createProgram(): Command {
  const program = new Command('lookout')
    .description('Real-time object detection for cameras and video files.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ sortOptions: false, showGlobalOptions: false });

  registerConfig(program);
  registerModels(program);
  registerEvaluate(program);

  examples(program, [
    ['lookout config show', 'the settings in force, and where each comes from'],
    ['lookout help config', 'everything about one command'],
  ]);
  return program;
}

/** The version of the package that this file belongs to. */
export function version(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
