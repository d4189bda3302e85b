import type { Command } from 'commander';

/** Adds an "Examples:" block to a command's help: command line and what it does, in two columns. */
export function examples(command: Command, rows: readonly (readonly [line: string, meaning: string])[]): void {
  const width = Math.max(...rows.map(([line]) => line.length));
  const lines = rows.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
