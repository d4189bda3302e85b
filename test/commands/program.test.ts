import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '#commands/program.js';
import { everyCommand, helpOf } from '../support/help.js';

const main = resolve('dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'lookout-program-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs lookout in an empty folder, with no settings of the machine's own. */
function lookout(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Runs a program whose one command `do` is this code. */
function programThat(code: string) {
  const script = `
    import { Command } from 'commander';
    import { LookoutError } from '#core/errors.js';
    import { interruption } from '#commands/interrupt.js';
    import { runProgram } from '#commands/run.js';
    const program = new Command('lookout');
    program.command('do').action(async () => { ${code} });
    await runProgram(program, ['do']);`;
  return [process.execPath, '--input-type=module', '--eval', script] as const;
}

function outcomeOf(code: string) {
  const [file, ...args] = programThat(code);
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Commands that do something by themselves, and the program as a whole. */
const commandsThatRun = everyCommand(createProgram()).filter(
  (each) => each.commands.length === 0 || each.parent === null,
);

describe('lookout', () => {
  it('names no default that is empty', () => {
    for (const command of everyCommand(createProgram())) expect(helpOf(command)).not.toMatch(/default:\s+(\[\]|\{\})/);
  });

  it('prints its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(lookout('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints a short help that names every command, with and without --help', () => {
    const { status, stdout } = lookout('--help');
    expect(status).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(60);
    for (const command of createProgram().commands) expect(stdout).toContain(`\n  ${command.name()}`);
    expect(lookout()).toEqual(lookout('--help'));
  });

  it.each(commandsThatRun.map((command) => [command.name(), command] as const))(
    'has examples in the help of %s',
    (_, command) => {
      expect(helpOf(command)).toMatch(/\nExamples:\n {2}lookout /);
      expect(command.description()).not.toBe('');
    },
  );

  it.each([
    [
      'an unknown command',
      ['cofnig'],
      "error: unknown command 'cofnig'\n(Did you mean config?)\n(lookout --help shows what there is)\n",
    ],
    [
      'an unknown option',
      ['config', 'show', '--scroe', '1'],
      "error: unknown option '--scroe'\n(Did you mean --score?)\n(lookout config show --help shows what there is)\n",
    ],
    [
      'a missing value',
      ['config', 'show', '--score'],
      "error: option '--conf, --score <number>' argument missing\n(lookout config show --help shows what there is)\n",
    ],
    [
      'a wrong value',
      ['config', 'show', '--conf', '2'],
      'lookout: --conf: suppression.score: expected a number from 0 to 1, got 2\n',
    ],
    ['a missing file', ['config', 'check', 'no.yaml'], 'lookout: no.yaml: there is no such file\n'],
  ])('exits with 2 and one clear message for %s', (_, args, stderr) => {
    expect(lookout(...args)).toEqual({ status: 2, stdout: '', stderr });
  });
});

describe('an error', () => {
  it('of the world is one line and exit code 1, without credentials', () => {
    const code = `throw new LookoutError('source', 'rtsp://u:geheim@cam refused');`;
    expect(outcomeOf(code)).toEqual({ status: 1, stdout: '', stderr: 'lookout: rtsp://***@cam refused\n' });
  });

  it('of the configuration is exit code 2', () => {
    expect(outcomeOf(`throw new LookoutError('config', 'no');`)).toMatchObject({ status: 2, stderr: 'lookout: no\n' });
  });

  it.each([
    ['thrown', `throw new TypeError('oops');`],
    ['rejected', `void Promise.reject(new TypeError('oops')); await new Promise(setImmediate);`],
    ['thrown in a callback', `await new Promise(() => setImmediate(() => { throw new TypeError('oops'); }));`],
  ])('of our own shows its stack and asks for a report: %s', (_, code) => {
    const { status, stderr } = outcomeOf(code);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^TypeError: oops\n {4}at /);
    expect(stderr).toContain('This is a mistake in lookout, not yours. Please report');
  });

  it('that a command reports by itself keeps its exit code', () => {
    expect(outcomeOf('process.exitCode = 1;')).toEqual({ status: 1, stdout: '', stderr: '' });
  });
});

describe('a reader that goes away', () => {
  it('ends the program without a word', async () => {
    const [file, ...args] = programThat(
      `for (;;) { process.stdout.write('x'.repeat(65536)); await new Promise(setImmediate); }`,
    );
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += data));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((done) => child.once('close', done));
    expect([status, stderr]).toEqual([141, '']);
  });
});

describe('Ctrl-C', () => {
  const waiting = `
    const signal = interruption();
    const timer = setInterval(() => {}, 1000);
    console.log('ready');
    await new Promise((done) => signal.addEventListener('abort', done));
    console.log('finishing');
    FINISH`;

  async function interrupted(finish: string, signals: NodeJS.Signals[]) {
    const [file, ...args] = programThat(waiting.replace('FINISH', finish));
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    child.stdout.on('data', (data) => {
      said.push(...String(data).trim().split('\n'));
      const signal = signals.shift();
      if (signal !== undefined) child.kill(signal);
    });
    return { status: await new Promise((done) => child.once('close', done)), said };
  }

  it('lets a command finish', async () => {
    const outcome = await interrupted(`clearInterval(timer); process.exitCode = 130;`, ['SIGINT']);
    expect(outcome).toEqual({ status: 130, said: ['ready', 'finishing'] });
  });

  it('ends it at once the second time', async () => {
    const outcome = await interrupted('await new Promise(() => {});', ['SIGTERM', 'SIGINT']);
    expect(outcome).toEqual({ status: 130, said: ['ready', 'finishing'] });
  });
});

describe('lookout config', () => {
  it('check names every mistake of all files once, and says when there is none', () => {
    writeFileSync(join(folder, 'good.yaml'), 'suppression: {score: 0.4}\n');
    writeFileSync(join(folder, 'bad.yaml'), 'scor: 1\ndevice: gpu\n');
    writeFileSync(join(folder, 'pipe.yaml'), 'kind: detect\nsources: []\n');
    expect(lookout('config', 'check', 'good.yaml')).toEqual({
      status: 0,
      stdout: 'good.yaml: no mistakes\n',
      stderr: '',
    });
    expect(lookout('config', 'check', 'good.yaml', 'bad.yaml', 'pipe.yaml', 'bad.yaml')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'lookout: 3 faults in the configuration:\n' +
        'bad.yaml:1:1: scor: unknown key; did you mean suppression.score?\n' +
        'bad.yaml:2:9: device: expected one of auto, cpu, webgpu, cuda, tensorrt, dml, coreml, got "gpu"; did you mean cpu?\n' +
        'pipe.yaml:2:10: sources: expected a list of at least 1, each a text that is not empty, got an empty list\n',
    });
    expect(lookout('config', 'check').stdout).toBe('no files; the environment: no mistakes\n');
  });

  it('check finds no mistake in what the repository ships', () => {
    const env = { PATH: process.env.PATH, HOME: folder };
    const { status, stderr } = spawnSync(process.execPath, [main, 'config', 'check'], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('show prints YAML that means the settings in force, with origins, and no credentials', () => {
    writeFileSync(join(folder, 'own.yaml'), 'model: rtsp://u:geheim@host/m.onnx\nsuppression:\n  score: 0.4\n');
    const { stdout } = lookout('config', 'show', '--config', 'own.yaml', '--imgsz', '640');
    expect(stdout).toMatch(/^model: rtsp:\/\/\*\*\*@host\/m\.onnx +# own\.yaml:1:8$/m);
    expect(stdout).toMatch(/^ {2}score: 0\.4 +# own\.yaml:3:10$/m);
    expect(stdout).toMatch(/^inputSize: 640 +# --imgsz$/m);
    expect(stdout).toMatch(/^ {2}iou: 0\.45 +# default$/m);
    expect(lookout('config', 'check', 'own.yaml').status).toBe(0);
    const json = JSON.parse(lookout('config', 'show', '--config', 'own.yaml', '--json').stdout);
    expect(json['suppression.score']).toEqual({ value: 0.4, origin: { kind: 'file', where: 'own.yaml:3:10' } });
  });

  it('schema prints the file that the repository ships', () => {
    expect(lookout('config', 'schema').stdout).toBe(readFileSync('config/lookout.schema.json', 'utf8'));
  });
});
