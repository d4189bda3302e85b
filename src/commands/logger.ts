import { Writable } from 'node:stream';
import pino from 'pino';
import { redact } from '#core/redact.js';
import type { Terminal } from './terminal.js';

/**
 * The program's log, on stderr: readable lines on a terminal, one JSON object per line elsewhere. Credentials in URLs are
 * replaced in every line, whoever logged them.
 */
export async function createLogger({
  level,
  terminal,
}: {
  readonly level: string;
  readonly terminal: Terminal;
}): Promise<pino.Logger> {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: redact },
  };
  if (!process.stderr.isTTY)
    return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  // Through the terminal where both are one screen, so that no line lands inside a progress bar.
  const show = (text: string): unknown =>
    process.stdout.isTTY ? terminal.interject(text) : process.stderr.write(text);
  const destination = new Writable({
    write(chunk, _encoding, done) {
      show(String(chunk));
      done();
    },
  });
  return pino(
    options,
    pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', singleLine: true, destination, sync: true }),
  );
}
