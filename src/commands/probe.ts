import type { Command } from 'commander';
import { examples } from './examples.js';
import { openSession, settingOptions } from './settings.js';

/** `lookout probe`: what a source offers. */
export function registerProbe(program: Command): void {
  const command = program
    .command('probe')
    .description('say what a camera, a stream or a file offers')
    .argument('<source>', 'an rtsp or http(s) URL, or a file');
  settingOptions(command, ['live.transport', 'live.connectTimeoutMs']);
  command.action(async (source: string) => {
    const { terminal, settings } = await openSession(command);
    const [{ probe }, { factsOf, factLines }] = await Promise.all([
      import('#media/probe.js'),
      import('./probe-text.js'),
    ]);
    const { transport, connectTimeoutMs } = settings.live;
    const facts = factsOf(await probe(source, { rtspTransport: transport, timeoutMs: connectTimeoutMs }));
    for (const line of factLines(facts)) terminal.print(line);
    terminal.event('source', facts);
  });
  examples(command, [
    ['lookout probe rtsp://user:password@192.168.1.20/stream1', 'size, codec, rate and sound of a camera'],
    ['lookout probe street.mp4 --json', 'the same of a file, for programs'],
  ]);
}
