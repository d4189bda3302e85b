// Completes package-lock.json after `npm install`.
//
// npm leaves optional platform packages out of the lock file when it cannot fetch them or when they were not installed
// (npm/cli issue 4828), and `npm ci` then refuses the file on every machine. Each missing one is entered with the version
// its parent asks for and the platform its name says; npm skips it wherever that platform is another one.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** What a platform package's name says of where it runs: `x-linux-arm64-musl` gives os linux, cpu arm64, libc musl. */
function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-.]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (!os || !cpu) return {};
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { cpu: [cpu], ...(libc && { libc: [libc] }), os: [os] };
}

/** Optional dependencies that the lock file asks for and does not hold: `[name, parent entry]` each. */
export function missingFrom(lock) {
  const held = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
  return Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !held.has(name))
      .map((name) => [name, entry]),
  );
}

export function complete(lock) {
  const packages = { ...lock.packages };
  for (const [name, parent] of missingFrom(lock)) {
    const version = parent.optionalDependencies[name];
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} is asked for as ${version}: not one exact version`);
    const { cpu, libc, os } = platformOf(name);
    packages[`node_modules/${name}`] = {
      version,
      cpu,
      dev: parent.dev,
      libc,
      license: parent.license,
      optional: true,
      os,
    };
  }
  const [root, ...rest] = Object.keys(packages);
  const sorted = [root, ...rest.sort((a, b) => a.localeCompare(b, 'en'))];
  return { ...lock, packages: Object.fromEntries(sorted.map((path) => [path, packages[path]])) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const missing = missingFrom(lock);
  if (missing.length > 0) writeFileSync('package-lock.json', `${JSON.stringify(complete(lock), null, 2)}\n`);
  console.log(
    missing.length === 0 ? 'package-lock.json is complete' : `entered ${missing.map(([name]) => name).join(', ')}`,
  );
}
