import { spawnSync } from 'node:child_process';

/** Runs a command with its output on ours (stdout goes to stderr: set-up is not the program's result). True when it exits 0. */
export function run(argv, env = {}) {
  const [file, ...args] = argv;
  const { status } = spawnSync(file, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return status === 0;
}

/** The argv that runs npm: the one that runs us where there is one, so that both use the same version. */
export function npm(...args) {
  const own = process.env.npm_execpath;
  return own?.endsWith('npm-cli.js') ? [process.execPath, own, ...args] : ['npm', ...args];
}
