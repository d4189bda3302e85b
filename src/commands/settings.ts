import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import { keyOf, keys } from '#config/keys.js';
import type { Argument } from '#config/layer.js';
import type { LoadedSettings, LoadOptions } from '#config/load.js';
import type { SchemaNode } from '#config/schema-node.js';
import type { Terminal } from './terminal.js';

/** What a command starts with: its settings, a log, and the terminal of the person who waits. */
export interface Session extends LoadedSettings {
  readonly log: Logger;
  readonly terminal: Terminal;
}

/** The settings that each command's options stand for, by the option's attribute name. */
const given = new WeakMap<Command, Map<string, string>>();

/**
 * Gives a command options for settings, with the flags and the words of the schema: all of a section by its name
 * (`suppression`), or single ones (`sampling.fps`). `--config`, `--log-level`, `--quiet` and `--json` come along.
 */
export function settingOptions(command: Command, names: readonly string[]): Command {
  const chosen = keys.filter((key) => names.some((name) => key.name === name || key.path[0] === name));
  const missing = names.filter((name) => !keys.some((key) => key.name === name || key.path[0] === name));
  if (missing.length > 0) throw new RangeError(`settingOptions: no settings ${missing.join(', ')}`);
  for (const { name } of [...chosen, keyOf('log.level')]) addOption(command, name);
  return command
    .addOption(new Option('--config <file>', 'settings file (default: lookout.yaml, config/lookout.yaml)'))
    .addOption(new Option('--quiet', 'print errors only'))
    .addOption(new Option('--json', 'print one JSON object per line instead of text'));
}

function addOption(command: Command, name: string): void {
  const { node } = keyOf(name);
  if (node.flag === undefined) throw new RangeError(`settingOptions: ${name} has no flag`);
  const flags = node.alias === undefined ? node.flag : `${node.alias}, ${node.flag}`;
  const option = new Option(flags, summaryOf(node));
  command.addOption(option);
  const names = given.get(command) ?? new Map<string, string>();
  given.set(command, names.set(option.attributeName(), name));
}

/** One line of `--help`: lower case as commander's own, with the default where it says something. */
function summaryOf({ title = '', default: value }: SchemaNode): string {
  const says = typeof value === 'string' || typeof value === 'number' || (Array.isArray(value) && value.length > 0);
  return `${title[0]?.toLowerCase()}${title.slice(1)}${says ? ` (default: ${String(value)})` : ''}`;
}

/** The settings that a command's arguments give, with the flags as they were typed. */
export function argumentsOf(command: Command): Argument[] {
  return [...(given.get(command) ?? [])].flatMap(([attribute, name]) => {
    if (command.getOptionValueSource(attribute) !== 'cli') return [];
    const { flag = '', alias } = keyOf(name).node;
    const typed = alias !== undefined && wasTyped(command, alias) ? alias : flag.split(' ')[0]!;
    return [{ name, value: command.getOptionValue(attribute) as string | boolean, flag: typed }];
  });
}

function wasTyped(command: Command, flag: string): boolean {
  const args = rootOf(command).rawArgs ?? [];
  return args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
}

function rootOf(command: Command): Command & { rawArgs?: string[] } {
  return command.parent === null ? command : rootOf(command.parent);
}

/**
 * Loads the settings for a command that was given {@link settingOptions}, and opens its log and terminal.
 * @throws LookoutError kind `config` naming every fault.
 */
export async function openSession(
  command: Command,
  { pipeline }: Pick<LoadOptions, 'pipeline'> = {},
): Promise<Session> {
  const [{ loadSettings }, { createLogger }, { Terminal }] = await Promise.all([
    import('#config/load.js'),
    import('./logger.js'),
    import('./terminal.js'),
  ]);
  const options = command.opts<{ config?: string; quiet?: boolean; json?: boolean }>();
  const loaded = loadSettings({ file: options.config, args: argumentsOf(command), pipeline });
  const terminal = new Terminal({ quiet: options.quiet, json: options.json });
  const level = options.quiet ? 'error' : loaded.settings.log.level;
  return { ...loaded, terminal, log: await createLogger({ level, terminal }) };
}
