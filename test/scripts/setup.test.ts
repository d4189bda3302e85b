import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserInstallation, hasBrowser } from '../../scripts/setup/browser.mjs';
import { staleReason } from '../../scripts/setup/node-modules.mjs';
import { installation, missingCommands, missingPackages } from '../../scripts/setup/system.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lookout-setup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A machine with exactly these commands on its PATH. */
function machine(options: {
  commands?: string[];
  isRoot?: boolean;
  sudoAsks?: boolean;
  distribution?: string;
  dpkg?: string;
}) {
  for (const name of options.commands ?? []) {
    writeFileSync(join(root, name), '#!/bin/sh\n');
    chmodSync(join(root, name), 0o755);
  }
  return {
    path: [root],
    isRoot: options.isRoot ?? false,
    env: { HOME: root } as Record<string, string>,
    distribution: options.distribution ?? 'debian',
    quiet: (file: string) =>
      file.endsWith('sudo') ? { ok: !options.sudoAsks, stdout: '' } : { ok: true, stdout: options.dpkg ?? '' },
  };
}

describe('the system packages', () => {
  it('are missing exactly when no program of that name is on PATH', () => {
    const box = machine({ commands: ['ffmpeg'] });
    writeFileSync(join(root, 'ffprobe'), 'not executable');
    expect(missingCommands(box, ['ffmpeg', 'ffprobe'])).toEqual(['ffprobe']);
    expect(missingCommands({ ...box, env: { FFPROBE_PATH: '/elsewhere/ffprobe' } }, ['ffmpeg', 'ffprobe'])).toEqual([]);
  });

  it.each([
    [
      'apt as root',
      { commands: ['apt-get'], isRoot: true },
      'run: apt-get update && apt-get install -y ffmpeg',
      'apt-get',
    ],
    [
      'apt and a sudo that asks nothing',
      { commands: ['apt-get', 'sudo'] },
      'run: sudo apt-get update && sudo apt-get install -y ffmpeg',
      'sudo',
    ],
    [
      'apt and a sudo that asks',
      { commands: ['apt-get', 'sudo'], sudoAsks: true },
      'run: sudo apt-get update && sudo apt-get install -y ffmpeg',
      undefined,
    ],
    [
      'apt without sudo',
      { commands: ['apt-get'] },
      'run: sudo apt-get update && sudo apt-get install -y ffmpeg',
      undefined,
    ],
    ['Fedora', { commands: ['dnf', 'sudo'] }, 'run: sudo dnf install -y ffmpeg', undefined],
    ['Arch as root', { commands: ['pacman'], isRoot: true }, 'run: pacman -S --needed ffmpeg', undefined],
    ['macOS', { commands: ['brew', 'sudo'] }, 'run: brew install ffmpeg', undefined],
    ['no manager', {}, "install ffmpeg with your system's package manager", undefined],
  ])('are installed or asked for in one line: %s', (_, options, advice, first) => {
    const plan = installation(machine(options), ['ffmpeg']);
    expect(plan.advice).toBe(advice);
    expect(plan.commands?.[0]?.argv[0]).toBe(first && join(root, first));
  });

  it('are installed by apt without a question, after an update that may fail', () => {
    const plan = installation(machine({ commands: ['apt-get', 'sudo'] }), ['ffmpeg']);
    const [update, install] = plan.commands!;
    expect(update).toMatchObject({ mayFail: true });
    expect(update!.argv.at(-1)).toBe('update');
    expect(install!.argv.join(' ')).toMatch(/sudo -n env DEBIAN_FRONTEND=noninteractive .*install -y .*ffmpeg$/);
    expect(install!.mayFail).toBeUndefined();
  });

  it('for the tests are those that dpkg does not call installed', () => {
    const dpkg = 'libvulkan1 installed\npython3-gi config-files\n';
    const box = machine({ commands: ['dpkg-query'], dpkg });
    expect(missingPackages(box, ['libvulkan1', 'python3-gi', 'fonts-dejavu-core'])).toEqual([
      'python3-gi',
      'fonts-dejavu-core',
    ]);
    expect(missingPackages(machine({}), ['libvulkan1']), 'no dpkg at all').toEqual(['libvulkan1']);
  });

  it('bring a browser: from Debian, or on Ubuntu the build that Playwright fetches', () => {
    const box = machine({ commands: ['apt-get'], isRoot: true });
    expect(hasBrowser(box)).toBe(false);
    expect(browserInstallation(box).advice).toContain('install -y chromium');
    expect(browserInstallation({ ...box, distribution: 'ubuntu' }).advice).toContain('playwright-core/cli.js install');
    mkdirSync(join(root, '.cache/ms-playwright/chromium-1200'), { recursive: true });
    expect(hasBrowser(box)).toBe(true);
  });
});

describe('the node modules', () => {
  const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/n-linux': { version: '3.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/n-musl': { version: '3.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/n-darwin': { version: '3.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
    'node_modules/n-wasm': { version: '3.0.0', optional: true },
  };

  function install(leaveOut: string[], change: Record<string, { version: string }> = {}) {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
    const there = Object.entries({ ...packages, ...change }).filter(
      ([path]) => path !== '' && !leaveOut.includes(path),
    );
    for (const [path] of there) mkdirSync(join(root, path), { recursive: true });
    writeFileSync(
      join(root, 'node_modules/.package-lock.json'),
      JSON.stringify({ packages: Object.fromEntries(there) }),
    );
  }
  const elsewhere = ['node_modules/n-musl', 'node_modules/n-darwin', 'node_modules/n-wasm'];

  it('are fresh with everything that this platform needs, and no more', () => {
    install(elsewhere);
    expect(staleReason(root, platform)).toBeUndefined();
  });

  it.each([
    ['another version', () => install(elsewhere, { 'node_modules/a': { version: '0.9.0' } }), 'a is missing or older'],
    [
      'one that was added',
      () => install([...elsewhere, 'node_modules/a/node_modules/b']),
      'a/node_modules/b is missing or older',
    ],
    ['no platform binary', () => install([...elsewhere, 'node_modules/n-linux']), 'n-linux is missing or older'],
    [
      'an install cut short',
      () => {
        install(elsewhere);
        rmSync(join(root, 'node_modules/.package-lock.json'));
      },
      'there are none yet',
    ],
    [
      'a damaged record',
      () => {
        install(elsewhere);
        writeFileSync(join(root, 'node_modules/.package-lock.json'), '{');
      },
      'their record is damaged',
    ],
    [
      'a folder removed by hand',
      () => {
        install(elsewhere);
        rmSync(join(root, 'node_modules/a'), { recursive: true });
      },
      'node_modules/a was removed',
    ],
  ])('are stale after %s', (_, arrange, reason) => {
    arrange();
    expect(staleReason(root, platform)).toBe(reason);
  });

  it('are stale on another platform', () => {
    install(elsewhere);
    expect(staleReason(root, { os: 'linux', cpu: 'x64', libc: 'musl' })).toBe('n-musl is missing or older');
  });
});

describe('the lock file', () => {
  it('names every optional package that it asks for, or `npm ci` refuses it (remedy: npm run lock)', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const held = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const asked = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(asked.filter((name) => !held.has(name))).toEqual([]);
  });

  it('agrees with package.json on what is asked for', () => {
    const wanted = JSON.parse(readFileSync('package.json', 'utf8'));
    const own = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[''];
    expect([own.dependencies, own.devDependencies]).toEqual([wanted.dependencies, wanted.devDependencies]);
  });
});

describe('the first command', () => {
  it('asks for the Node.js that package.json names', () => {
    const wanted = /WANTED = \[(\d+), (\d+)\]/.exec(readFileSync('scripts/setup.mjs', 'utf8'))!;
    expect(JSON.parse(readFileSync('package.json', 'utf8')).engines.node).toBe(`>=${wanted[1]}.${wanted[2]}`);
  });

  it('says how to build where nothing is built', async () => {
    const launcher = join(root, 'scripts/lookout.mjs');
    mkdirSync(dirname(launcher));
    cpSync('scripts/lookout.mjs', launcher);
    const { spawnSync } = await import('node:child_process');
    const { status, stderr } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      'lookout is not built yet: run `npm start` once in its folder (it sets everything up).\n',
    ]);
  });
});
