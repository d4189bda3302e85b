import { type Command, CommanderError } from 'commander';
import { LookoutError } from '#core/errors.js';
import { redact } from '#core/redact.js';
import { interruptedBy } from './interrupt.js';

/** Exit codes of every command: all fine; something failed; the call or the configuration is wrong. */
export const EXIT = { fine: 0, failed: 1, usage: 2 } as const;

/**
 * Parses the arguments, runs the command and sets the process's exit code. Faults of the world become one line, faults of
 * our own a stack trace. A command that partly failed sets `process.exitCode` itself and returns.
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  surviveClosedPipes();
  // What is thrown outside the command's promise (timers, event handlers) is told in the same way.
  process.on('uncaughtException', (error) => process.exit(report(error)));
  prepare(program);
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Every command, nested ones too, throws instead of exiting and says where its help is. */
function prepare(command: Command): void {
  command.exitOverride();
  const name = fullName(command);
  command.showHelpAfterError(`(${name} --help shows what there is)`);
  for (const child of command.commands) prepare(child);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** Prints an error as its kind deserves and returns the exit code. */
function report(error: unknown): number {
  // Commander has already printed its line, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  if (error instanceof LookoutError) {
    process.stderr.write(`${redact(`lookout: ${error.message}`)}\n`);
    return error.kind === 'config' ? EXIT.usage : EXIT.failed;
  }
  const interrupted = interruptedBy(error);
  if (interrupted !== undefined) return interrupted;
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  process.stderr.write(
    `${redact(text)}\n\nThis is a mistake in lookout, not yours. Please report the lines above together with ` +
      'the command and the output of `lookout --version`.\n',
  );
  return EXIT.failed;
}

/** A reader that goes away (`lookout ... | head`) ends the program quietly, as SIGPIPE does for other programs. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(141);
    });
  }
}
