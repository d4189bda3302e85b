import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, run } from './process.mjs';

/**
 * Why `node_modules` does not hold what package-lock.json asks for, or undefined when it does. npm writes what it installed
 * into `node_modules/.package-lock.json` as its last act, so an interrupted or older install shows.
 */
export function staleReason(root, platform = thisPlatform()) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return 'there are none yet';
  let installed;
  try {
    installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  } catch {
    return 'their record is damaged';
  }
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || !runsOn(entry, platform)) continue;
    if (installed[path]?.version !== entry.version) return `${path.slice('node_modules/'.length)} is missing or older`;
    if (!existsSync(join(root, path))) return `${path} was removed`;
  }
  return undefined;
}

/** Required packages run everywhere; an optional one only where its `os`, `cpu` and `libc` say so. */
function runsOn({ optional, os, cpu, libc }, platform) {
  const fits = (list, value) => list === undefined || list.includes(value);
  // Optional packages without a platform are fallbacks (WebAssembly), which npm may leave out.
  if (optional && os === undefined && cpu === undefined) return false;
  return !optional || (fits(os, platform.os) && fits(cpu, platform.cpu) && fits(libc, platform.libc));
}

function thisPlatform() {
  // Debian and Ubuntu are glibc; musl systems have no such loader.
  const glibc = process.platform !== 'linux' || !existsSync('/etc/alpine-release');
  return { os: process.platform, cpu: process.arch, libc: glibc ? 'glibc' : 'musl' };
}

/** Installs exactly what the lock file says. No install scripts: every package that we use ships its binaries. */
export function installModules(say) {
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) {
    say('node_modules is a link: run `npm ci` in the folder that it points into');
    return false;
  }
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  if (run(npm('ci', ...flags))) return true;
  say('npm ci failed: see the lines above. It needs the npm registry (or a filled npm cache) once.');
  return false;
}
