import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's names of what only the tests need, beside a browser: an RTSP server and a Vulkan loader. */
export const TEST_PACKAGES = [
  'gir1.2-gst-rtsp-server-1.0',
  'python3-gi',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
  'libvulkan1',
  'fonts-dejavu-core',
];

/** How other systems install packages: only apt is run by itself, these are printed. */
const OTHER_MANAGERS = {
  dnf: 'dnf install -y',
  yum: 'yum install -y',
  pacman: 'pacman -S --needed',
  zypper: 'zypper install',
  apk: 'apk add',
  brew: 'brew install',
};

/** What set-up needs to know of the machine; tests hand in another one. */
export function machine() {
  return {
    path: (process.env.PATH ?? '').split(delimiter).filter(Boolean),
    isRoot: process.getuid?.() === 0,
    env: process.env,
    distribution: distribution(),
    quiet,
  };
}

function distribution() {
  const file = '/etc/os-release';
  return existsSync(file) ? /^ID="?([^"\n]*)/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

function quiet(file, args) {
  const { status, stdout } = spawnSync(file, args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  return { ok: status === 0, stdout: stdout ?? '' };
}

/** The file that a command name means, or undefined. */
export function find({ path }, name) {
  return path.map((folder) => join(folder, name)).find(isExecutable);
}

/** Whether a file is a program that we may run. */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Of these commands those that are not there; `FFMPEG_PATH` and `FFPROBE_PATH` may name files outside PATH. */
export function missingCommands(box, names) {
  return names.filter((name) => !box.env[`${name.toUpperCase()}_PATH`] && find(box, name) === undefined);
}

/** Of these Debian packages those that are not installed. */
export function missingPackages(box, names) {
  const dpkgQuery = find(box, 'dpkg-query');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const format = '${Package} ${db:Status-Status}\n';
  const status = dpkgQuery ? box.quiet(dpkgQuery, ['-W', '-f', format, ...names]).stdout : '';
  return names.filter((name) => !status.includes(`${name} installed\n`));
}

/** Whether packages can be installed without a question: as root, or by a sudo that asks for no password. */
export function mayInstall(box) {
  const sudo = find(box, 'sudo');
  return box.isRoot || (sudo !== undefined && box.quiet(sudo, ['-n', 'true']).ok);
}

/** How to install packages: `commands` to run, where that works without a question, and `advice` to a person: "Please ...". */
export function installation(box, packages) {
  const prefix = box.isRoot ? '' : 'sudo ';
  const apt = find(box, 'apt-get');
  if (apt === undefined) return { advice: otherAdvice(box, prefix, packages.join(' ')) };
  const advice = `run: ${prefix}apt-get update && ${prefix}apt-get install -y ${packages.join(' ')}`;
  return mayInstall(box) ? { advice, commands: aptCommands(box, apt, packages) } : { advice };
}

function aptCommands(box, apt, packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  const settings = Object.entries(env).map((pair) => pair.join('='));
  const argv = [...(box.isRoot ? [] : [find(box, 'sudo'), '-n', 'env', ...settings]), apt, '-q'];
  return [
    // One broken package source must not hide the others: whether the packages can be had decides.
    { argv: [...argv, 'update'], env, mayFail: true },
    { argv: [...argv, '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages], env },
  ];
}

function otherAdvice(box, prefix, list) {
  const manager = Object.keys(OTHER_MANAGERS).find((name) => find(box, name));
  if (manager === undefined) return `install ${list} with your system's package manager`;
  return `run: ${manager === 'brew' ? '' : prefix}${OTHER_MANAGERS[manager]} ${list}`;
}
