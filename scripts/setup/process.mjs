import { spawnSync } from 'node:child_process';

/** Runs a command with its output on ours (stdout goes to stderr: set-up is not the program's result). True when it exits 0. */
export function run(argv, env = {}) {
  const [file, ...args] = argv;
  const { status } = spawnSync(file, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return status === 0;
}

/** The same without a word; what a command that fails wrote is shown, its last lines. */
export function runQuietly(argv, env = {}) {
  const [file, ...args] = argv;
  const { status, stdout, stderr } = spawnSync(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) console.error(`${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-15).join('\n'));
  return status === 0;
}

/** The argv that runs npm: the one that runs us where there is one, so that both use the same version. */
export function npm(...args) {
  const own = process.env.npm_execpath;
  return own?.endsWith('npm-cli.js') ? [process.execPath, own, ...args] : ['npm', ...args];
}
