import type { Command } from 'commander';

/** `lookout config`: checks, shows and describes the configuration. */
export function registerConfig(program: Command): void {
  program.command('config').description('check, show and describe the configuration');
}
