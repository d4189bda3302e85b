import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { argumentsOf, openSession, settingOptions } from '#commands/settings.js';
import { helpOf } from '../support/help.js';

/** A command with these settings, after it was called with these arguments. */
async function called(names: string[], args: string[]): Promise<Command> {
  const program = new Command('lookout').exitOverride();
  const command = settingOptions(program.command('do'), names).action(() => {});
  await program.parseAsync(['do', ...args], { from: 'user' });
  return command;
}

describe('options for settings', () => {
  it('give arguments under the names of the settings, with the flags that were typed', async () => {
    const command = await called(
      ['suppression', 'sampling.fps', 'output.annotate'],
      ['--conf', '0.3', '--max-detections=5', '--annotate', '--fps', '2'],
    );
    expect(argumentsOf(command)).toEqual([
      { name: 'suppression.score', value: '0.3', flag: '--conf' },
      { name: 'suppression.maxDetections', value: '5', flag: '--max-detections' },
      { name: 'sampling.fps', value: '2', flag: '--fps' },
      { name: 'output.annotate', value: true, flag: '--annotate' },
    ]);
  });

  it('give nothing that was not typed', async () => {
    expect(argumentsOf(await called(['suppression', 'output'], []))).toEqual([]);
  });

  it('are those of the command and no others', async () => {
    const help = helpOf(await called(['sampling.fps'], []));
    expect(help).toContain('--fps');
    expect(help).not.toContain('--every');
    expect(help).toContain('--config');
    expect(help).toContain('--log-level');
  });

  it('say the default where it says something', async () => {
    const help = helpOf(await called(['suppression', 'output'], [])).replace(/\s+/g, ' ');
    expect(help).toContain('is reported (default: 0.25)');
    expect(help).toContain('yolo (default: jsonl)');
    expect(help).not.toMatch(/default: (null|false|\[\]|\))/);
  });

  it('must be settings', () => {
    expect(() => settingOptions(new Command('x'), ['sampling', 'nonsense'])).toThrow(RangeError);
  });
});

describe('a session', () => {
  it('has the settings of its arguments, a log of the level asked for and a terminal', async () => {
    const command = await called(
      ['suppression'],
      ['--config', 'config/lookout.yaml', '--iou', '0.5', '--log-level', 'debug', '--json'],
    );
    const { settings, log, terminal, origin } = await openSession(command);
    expect(settings.suppression.iou).toBe(0.5);
    expect(origin('suppression.score')).toMatchObject({ kind: 'file' });
    expect([log.level, terminal.json, terminal.quiet]).toEqual(['debug', true, false]);
  });

  it('logs errors only when it is quiet', async () => {
    const { log, terminal } = await openSession(await called([], ['--config', 'config/lookout.yaml', '--quiet']));
    expect([log.level, terminal.quiet]).toEqual(['error', true]);
  });
});
