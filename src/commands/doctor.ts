import type { Command } from 'commander';
import { examples } from './examples.js';
import { EXIT } from './run.js';
import { openSession, settingOptions } from './settings.js';

/** `lookout doctor`: whether all that lookout needs is there and works, with a fix per line. */
export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('check ffmpeg, the model and what runs it, cameras, clock, disk, port and settings')
    .argument('[sources...]', 'cameras to try beside those of the settings; NAME=SOURCE names one');
  const engine = ['model', 'models', 'inputSize', 'device', 'workers', 'threads'];
  settingOptions(command, [...engine, 'cameras', 'live.transport', 'live.hwaccel', 'server.host', 'server.port']);
  command.action(async (sources: string[]) => {
    const session = await openSession(command);
    const { examined } = await import('./doctor/checks.js');
    let failed = 0;
    for await (const { name, verdict, words, fix } of examined(session, sources)) {
      session.terminal.print(
        `${verdict.padEnd(4)}  ${name}: ${words}${fix === undefined ? '' : `\n      fix: ${fix}`}`,
      );
      session.terminal.event('check', { name, verdict, words, ...(fix !== undefined && { fix }) });
      if (verdict === 'bad') failed += 1;
    }
    process.exitCode = failed === 0 ? EXIT.fine : EXIT.failed;
  });
  examples(command, [
    ['lookout doctor', 'everything that is configured'],
    ['lookout doctor rtsp://user:password@192.168.1.20/stream1', 'and one more camera'],
  ]);
}
